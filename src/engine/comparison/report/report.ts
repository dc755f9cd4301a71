/** A report of runs or of a suite: one HTML page that needs nothing else, and a Markdown summary beside it. */
import { basename, dirname, join } from "node:path";
import { markdownText } from "../../../protocol/reportText.ts";
import { formatNumber } from "../../metrics/statistics.ts";
import { replaceFile } from "../../store/files.ts";
import { runsFolder } from "../../store/runFolder.ts";
import { makeBelow, writablePath } from "../../store/storage.ts";
import { sweepLeftovers } from "../../wholeFile.ts";
import { compareGroups } from "../compare.ts";
import { groupRuns } from "../groups.ts";
import type { RunComparison } from "../runComparison.ts";
import { asMarkdown } from "../tables.ts";
import { html, Markup } from "./markup.ts";
import { type GroupData, loadGroupData } from "./reportData.ts";
import * as sections from "./sections.ts";
import { style } from "./style.ts";

const files = { page: "report.html", summary: "report.md" } as const;

/**
 * Writes `report.html` and `report.md`: into the folder of one run or suite, for several into
 * `.lerl/reports/<first>-and-<n>-more`; runs kept elsewhere get a `reports` folder beside them.
 *
 * @param folders of runs or suites
 * @returns path of the page
 * @throws InputError `store.link`, or where there is nothing to report or the folder cannot be written
 */
export async function writeReport(folders: readonly string[]): Promise<string> {
  const grouping = await groupRuns(folders);
  const comparison = compareGroups(grouping);
  const data = await Promise.all(grouping.groups.map(loadGroupData));
  const folder = await reportFolder(folders.map(writablePath));
  await sweepLeftovers(folder, false);
  await replaceFile(join(folder, files.summary), summaryOf(comparison, data));
  const page = join(folder, files.page);
  await replaceFile(page, pageOf(comparison, data));
  return page;
}

/** That of a run is there; another is made. */
async function reportFolder(folders: readonly string[]): Promise<string> {
  const [first = "."] = folders;
  if (folders.length === 1) return first;
  const parent = dirname(first);
  const place = basename(parent) === basename(runsFolder("")) ? dirname(parent) : parent;
  return makeBelow(place, "reports", `${basename(first)}-and-${folders.length - 1}-more`);
}

/** The page. Its policy forbids scripts and everything remote: a report is only ever read. */
export function pageOf(comparison: RunComparison, data: readonly GroupData[]): string {
  const { title, question, conclusion } = comparison;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title} – LERL report</title>
<style>${new Markup(style)}</style>
</head>
<body><main>
<h1>${title}</h1>
${question !== "" && html`<p class="question">${question}</p>`}
<p class="conclusion">${conclusion}</p>
<ul class="facts">${factsOf(data).map(([name, value]) => html`<li>${name} <b>${value}</b></li>`)}</ul>
${sections.results(comparison)}
${sections.curves(data, comparison)}
${sections.improvement(comparison)}
${sections.categories(data)}
${sections.variants(data, comparison)}
${sections.prompts(comparison)}
${sections.reflections(data)}
${sections.warnings(data)}
${sections.definitions(comparison)}
${sections.reproduction(data, comparison)}
<footer>Written by LERL Studio. This page holds everything it shows and asks no server for anything.</footer>
</main></body></html>
`;
  return page.text;
}

function factsOf(data: readonly GroupData[]): readonly (readonly [string, string])[] {
  const runs = data.flatMap(({ group }) => group.runs);
  const distinct = (values: readonly unknown[]) => [...new Set(values.map(String))].join(", ");
  const minutes = runs.reduce((sum, { record }) => sum + record.activeSeconds, 0) / 60;
  const sessions = runs.flatMap(({ evaluation }) => (evaluation ? [evaluation.sessions] : []));
  return [
    ["Rows", String(data.length)],
    ["Runs", String(runs.length)],
    ["Seeds", distinct(runs.map(({ record }) => record.seed))],
    ...(sessions.length > 0 ? [["Evaluation sessions", distinct(sessions)] as const] : []),
    ["User steps per run", distinct(data.map(({ group }) => userSteps(group)))],
    ["Data", distinct(runs.map(({ experiment }) => experiment.dataset.kind))],
    ["Engine", distinct(runs.map(({ record }) => record.engineVersion))],
    ["Time training", `${formatNumber(minutes, 1)} min`],
  ];
}

/** At most: rows that do not learn have shorter runs. */
function userSteps({ runs }: GroupData["group"]): number {
  return Math.max(
    0,
    ...runs.map(
      ({ experiment: { training, simulator } }) => training.iterations * training.rolloutSteps * simulator.users,
    ),
  );
}

export function summaryOf(comparison: RunComparison, data: readonly GroupData[]): string {
  const warned = data.flatMap(({ group, warnings }) =>
    warnings.map(({ code, message, seeds }) => `- ${group.label}, seed ${seeds.join(", ")}: ${code}. ${message}`),
  );
  const facts = factsOf(data).map(([name, value]) => `- ${name}: ${value}`);
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", `## ${title}`, "", ...lines.map(listItem)];
  return `${[
    asMarkdown(comparison).trimEnd(),
    ...part("Setting", facts),
    ...part("Failure signatures", warned),
    "",
    `The page with curves, categories and reflections is ${files.page}.`,
  ].join("\n")}\n`;
}

const listItem = (line: string): string => `- ${markdownText(line.slice(2))}`;
