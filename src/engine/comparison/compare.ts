/**
 * Compares runs (docs/method.md, section 13): per row the interquartile mean over seeds of each run's mean over its
 * evaluation sessions, and its mean difference to the baseline, with 95% intervals.
 */

import { asksModel } from "../../protocol/asksModel.ts";
import type { ComparedChange, ComparedDifference, Comparison } from "../../protocol/engine.ts";
import { evaluationApart } from "../../protocol/evaluationApart.ts";
import { promptRoles } from "../../protocol/promptRole.ts";
import { referencePolicies, type TimelineEvent } from "../../protocol/run.ts";
import type { ComparedMetric } from "../../protocol/suite.ts";
import { improvementEstimate, pairedDifference, unpairedDifference } from "../metrics/differences.ts";
import { seedEstimate } from "../metrics/seedEstimate.ts";
import { probabilityOfImprovement } from "../metrics/statistics.ts";
import { differingSettings } from "../suites/configuration.ts";
import { conclude } from "./conclusion.ts";
import { type Grouping, groupRuns, type RunGroup } from "./groups.ts";
import { type LoadedRun, promptTextsOf, withNormalised } from "./loadRuns.ts";
import type { ComparedRow, RunComparison } from "./runComparison.ts";

/**
 * @param folders of runs or suites
 * @throws InputError where a folder is neither or holds nothing finished
 */
export async function compareRuns(folders: readonly string[]): Promise<RunComparison> {
  return compareGroups(await groupRuns(folders));
}

export function compareGroups(grouping: Grouping): RunComparison {
  const { groups, baseline, metrics, title, question } = grouping;
  const base = groups[baseline] as RunGroup;
  const rows = groups.map((group) => rowOf(group, group === base ? undefined : base));
  const scores = groups.map((group) => scoresOf(group, "rCum"));
  return {
    title,
    question,
    metrics: withDrop(metrics, rows),
    rows,
    baseline,
    references: referencesOf(base),
    improvement: scores.map((own) =>
      scores.map((other) => (isSeveral(own) && isSeveral(other) ? probabilityOfImprovement(own, other) : null)),
    ),
    settings: differingSettings(groups.map(({ runs }) => runs[0]?.experiment)),
    prompts: promptsOf(groups),
    changes: groups.flatMap(({ runs: [first] }, row) => (first?.changes ?? []).map((event) => changeOf(event, row))),
    notes: [...grouping.notes, ...cautions(grouping)],
    conclusion: conclude(rows, baseline),
  };
}

/** What is lost outside training's world stands in every table where it is known. */
const withDrop = (metrics: readonly ComparedMetric[], rows: readonly ComparedRow[]): readonly ComparedMetric[] =>
  metrics.includes("evalDrop") || !rows.some((row) => row.metrics.evalDrop) ? metrics : [...metrics, "evalDrop"];

function rowOf(group: RunGroup, base: RunGroup | undefined): ComparedRow {
  const { label, description, runs } = group;
  const names = new Set(runs.flatMap(({ scores }) => Object.keys(scores)));
  const cells = [...names].flatMap((name) => {
    const scores = scoresOf(group, name);
    return scores ? [[name, seedEstimate(scores)] as const] : [];
  });
  const against = base && againstBase(group, base);
  return {
    label,
    description,
    runIds: runs.map(({ record }) => record.id),
    seeds: runs.map(({ record }) => record.seed),
    metrics: Object.fromEntries(cells),
    ...(against && { against }),
    ...(against?.difference && { difference: against.difference }),
  };
}

/** One seed says nothing of another. */
const isSeveral = (scores: readonly number[] | undefined): scores is readonly number[] =>
  scores !== undefined && scores.length > 1;

function changeOf(event: TimelineEvent, row: number): ComparedChange {
  const { iteration } = event;
  if (event.type === "change") {
    const { path: what, from, to } = event;
    return { row, iteration, what, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  }
  return {
    row,
    iteration,
    what: event.type === "pool" ? `${event.action} reflection ${event.reflection}` : event.type,
  };
}

/** One score per seed; undefined where a run lacks the metric. */
export function scoresOf({ runs }: RunGroup, metric: string): readonly number[] | undefined {
  const scores = runs.flatMap(({ scores }) => scores[metric] ?? []);
  return scores.length === runs.length && scores.every(Number.isFinite) ? scores : undefined;
}

function againstBase(group: RunGroup, base: RunGroup): ComparedRow["against"] {
  const own = scoresOf(group, "rCum");
  const other = scoresOf(base, "rCum");
  if (!own || !other) return undefined;
  const isKnown = isSeveral(own) && isSeveral(other);
  const shared = group.runs.filter(({ record }) => base.runs.some((run) => run.record.seed === record.seed)).length;
  const paired = sessionDifference(group, base);
  // Few shared seeds of several tell less than all of them unpaired.
  const difference =
    isKnown && (!paired || shared < Math.min(own.length, other.length))
      ? { ...unpairedDifference(own, other), covers: "seeds" as const }
      : paired;
  return { ...(isKnown && { improvement: improvementEstimate(own, other) }), ...(difference && { difference }) };
}

/** Pairs the sessions of runs with the same seed; undefined where not all of them met the same sessions. */
function sessionDifference(group: RunGroup, base: RunGroup): ComparedDifference | undefined {
  const pairs = group.runs.flatMap((run) => {
    const partner = base.runs.find(({ record }) => record.seed === run.record.seed);
    return partner ? [[run, partner] as const] : [];
  });
  const [first] = pairs[0] ?? [];
  if (!first || !pairs.flat().every((run) => pairUp(run, first))) return undefined;
  const values = (run: LoadedRun) => [...run.sessions].sort(([a], [b]) => a - b).map(([, rCum]) => rCum);
  const difference = pairedDifference(
    pairs.map(([run]) => values(run)),
    pairs.map(([, partner]) => values(partner)),
  );
  const covers = pairs.length === 1 ? "sessions" : first.sessions.size === 1 ? "seeds" : "seeds and sessions";
  return { ...difference, covers };
}

/** The same users, of the same data, with the same click uniforms. */
function pairUp(a: LoadedRun, b: LoadedRun): boolean {
  const setting = ({ experiment, evaluation }: LoadedRun) =>
    JSON.stringify([
      experiment.dataset,
      experiment.simulator.drawUsers,
      evaluationApart(experiment).users,
      evaluation?.seed,
      evaluation?.sessions,
    ]);
  return a.sessions.size > 0 && a.sessions.size === b.sessions.size && setting(a) === setting(b);
}

function referencesOf({ runs }: RunGroup): RunComparison["references"] {
  const references = runs[0]?.references ?? {};
  return referencePolicies.flatMap((policy) => {
    const metrics = references[policy];
    return metrics ? [{ policy, metrics: withNormalised(metrics, references) }] : [];
  });
}

function promptsOf(groups: readonly RunGroup[]): Comparison["prompts"] {
  const texts = groups.map(({ runs: [first] }) => (first ? promptTextsOf(first.record, first.experiment) : []));
  return promptRoles
    .map((role) => ({ role, texts: texts.map((own) => own.find((prompt) => prompt.role === role)?.text ?? "") }))
    .filter(({ texts }) => texts.some((text) => text !== ""));
}

/** What a reader must know to read the table rightly. */
function cautions({ groups, baseline }: Grouping): readonly string[] {
  const runs = groups.flatMap((group) => group.runs);
  const fewest = Math.min(...groups.map((group) => group.runs.length));
  const notes = runs.flatMap(({ warnings }) => warnings);
  if (fewest < 5) {
    notes.push(
      fewest === 1
        ? "A row with one seed has no interval: it says nothing about other seeds."
        : `Some rows have ${fewest} seeds: intervals over fewer than 5 are wide, and miss more often where seeds fall into two groups.`,
    );
  }
  if (groups.length > 2 && fewest > 1)
    notes.push(
      "Each interval holds for itself: of 20 rows that equal the baseline, about one is called higher or lower by chance.",
    );
  if (new Set(runs.map(({ evaluation }) => `${evaluation?.seed} ${evaluation?.sessions}`)).size > 1)
    notes.push("Not all runs were evaluated on the same sessions; evaluate them alike: lerl evaluate <runDir>.");
  if (runs.every(({ evaluation }) => evaluation === undefined))
    notes.push("Scores are those of the evaluation beside training; lerl evaluate <runDir> keeps every session.");
  if (new Set(runs.map(({ references }) => JSON.stringify(references.random))).size > 1)
    notes.push(
      `The reference rows are those of ${groups[baseline]?.label ?? "the first row"}; each row is normalised by those of its own setting.`,
    );
  if (runs.some(({ experiment: { planner }, evaluation }) => asksModel(planner) && evaluation?.planner === "offline"))
    notes.push(
      "Runs whose planner asks a model were evaluated with the planner without one; lerl evaluate <runDir> asks it.",
    );
  if (new Set(runs.map(({ record }) => record.engineVersion)).size > 1)
    notes.push("The runs are of different engine versions.");
  return notes;
}
