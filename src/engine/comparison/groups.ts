/** Which runs make up which row of a table. */

import { basename, join, resolve } from "node:path";
import { type ComparedMetric, comparedMetrics } from "../../protocol/suite.ts";
import { InputError } from "../errors.ts";
import { oneLine } from "../prompts/categoryWords.ts";
import { fewAtOnce } from "../store/fewAtOnce.ts";
import { isRunFolder } from "../store/runFolder.ts";
import { differingSettings } from "../suites/configuration.ts";
import { isFinished } from "../suites/runProcess.ts";
import { readSuiteRecord, type SuiteRecord, suiteRunsFolder } from "../suites/suiteFolder.ts";
import { type LoadedRun, loadRun } from "./loadRuns.ts";

/** Runs of one configuration. */
export interface RunGroup {
  readonly label: string;
  readonly description: string;
  readonly runs: readonly LoadedRun[];
}

export interface Grouping {
  readonly title: string;
  readonly question: string;
  readonly groups: readonly RunGroup[];
  /** Index of the group the others are compared with. */
  readonly baseline: number;
  readonly metrics: readonly ComparedMetric[];
  readonly notes: readonly string[];
}

const DEFAULT_METRICS = comparedMetrics.slice(0, 4);

/**
 * Groups runs of equal configuration but different seeds; a suite's variants are groups already.
 *
 * @param folders of runs and suites
 * @throws InputError where a folder is neither, or nothing in them is finished
 */
export async function groupRuns(folders: readonly string[]): Promise<Grouping> {
  const suites: { readonly folder: string; readonly record: SuiteRecord }[] = [];
  const runs: LoadedRun[] = [];
  for (const given of folders) {
    const folder = resolve(given);
    const record = await readSuiteRecord(folder);
    if (record) suites.push({ folder, record });
    else runs.push(await loadRunOrSay(folder));
  }
  const parts = await Promise.all(suites.map(({ folder, record }) => suiteGroups(folder, record, folders.length > 1)));
  const single = groupsOfRuns(runs);
  const groups = [...parts.flatMap((part) => part.groups), ...single];
  const repeats = runs.length - single.reduce((sum, group) => sum + group.runs.length, 0);
  if (groups.length === 0) {
    throw new InputError("compare.nothing", "Nothing to compare: no run is finished yet. Run the suite first.");
  }
  const [suite] = suites;
  const alone = folders.length === 1 ? suite?.record : undefined;
  const baseline = alone ? groups.findIndex(({ label }) => label === alone.baseline) : 0;
  return {
    title: alone?.name ?? titleOf(groups),
    question: alone?.question ?? "",
    groups,
    baseline: Math.max(0, baseline),
    metrics: alone?.metrics ?? DEFAULT_METRICS,
    notes: [...parts.flatMap((part) => part.notes), ...(repeats > 0 ? [repeated(repeats)] : [])],
  };
}

async function loadRunOrSay(folder: string): Promise<LoadedRun> {
  if (await isRunFolder(folder)) return loadRun(folder);
  throw new InputError(
    "compare.no-run",
    `${folder}: neither a run nor a suite. Give folders under .lerl/runs or .lerl/suites, or a *.suite.json file.`,
  );
}

async function suiteGroups(
  folder: string,
  { name, variants, sessions }: SuiteRecord,
  named: boolean,
): Promise<Pick<Grouping, "groups" | "notes">> {
  const place = await suiteRunsFolder(folder);
  const groups: RunGroup[] = [];
  let finished = 0;
  for (const variant of variants) {
    const folders = variant.runs.map((id) => join(place, id));
    const isDone = await fewAtOnce(folders, (run) => isFinished(run, sessions));
    const runs = await fewAtOnce(
      folders.filter((_, i) => isDone[i]),
      loadRun,
    );
    const label = oneLine(named ? `${name}: ${variant.name}` : variant.name);
    finished += runs.length;
    if (runs.length > 0) groups.push({ label, description: variant.description, runs });
  }
  const planned = variants.reduce((sum, variant) => sum + variant.runs.length, 0);
  const unfinished = `${finished} of the ${planned} runs of ${name} are finished; run the suite again to go on.`;
  return { groups, notes: [...(finished < planned ? [unfinished] : []), ...sharedRuns(variants)] };
}

/** Rows that show the same runs must not be taken for a finding. */
function sharedRuns(variants: SuiteRecord["variants"]): readonly string[] {
  const byRuns = new Map<string, string[]>();
  for (const { name, runs } of variants) {
    const key = runs.join();
    byRuns.set(key, [...(byRuns.get(key) ?? []), name]);
  }
  return [...byRuns.values()]
    .filter((names) => names.length > 1)
    .map((names) => `The same runs, since nothing reads what sets them apart: ${names.join(", ")}.`);
}

const repeated = (runs: number): string =>
  `${runs === 1 ? "1 run repeats" : `${runs} runs repeat`} a configuration and seed that are counted already, and ${runs === 1 ? "is" : "are"} left out.`;

/** The first run of each seed: a repetition holds the same numbers and would narrow the interval for nothing. */
function groupsOfRuns(runs: readonly LoadedRun[]): readonly RunGroup[] {
  const byConfiguration = new Map<string, LoadedRun[]>();
  for (const run of runs) {
    const group = byConfiguration.get(run.configuration) ?? [];
    if (group.some(({ record }) => record.seed === run.record.seed)) continue;
    byConfiguration.set(run.configuration, [...group, run]);
  }
  const groups = [...byConfiguration.values()];
  const names = groups.map(([first]) => oneLine(first?.record.name ?? ""));
  return groups.map((members, i) => {
    const namesakes = groups.filter((_, j) => names[j] === names[i]);
    return {
      label: namesakes.length === 1 ? (names[i] ?? "") : distinguished(names[i] ?? "", members, namesakes),
      description: "",
      runs: [...members].sort((a, b) => a.record.seed - b.record.seed),
    };
  });
}

/** At most so many settings in a label. */
const SHOWN_SETTINGS = 3;

/** A name with the settings that set it apart from its namesakes; where only prompts differ, with the end of the run's id. */
function distinguished(name: string, own: readonly LoadedRun[], namesakes: readonly (readonly LoadedRun[])[]): string {
  const settings = differingSettings(namesakes.map(([first]) => first?.experiment));
  const place = namesakes.indexOf(own);
  const shown = settings.slice(0, SHOWN_SETTINGS).map(({ path, values }) => `${path}=${JSON.stringify(values[place])}`);
  return `${name} (${shown.length > 0 ? shown.join(", ") : endOfId(own[0]?.folder ?? "")})`;
}

/** The seed and the drawn ending, `s1-ab12`: what comes before is the same for runs made one after the other. */
const endOfId = (folder: string): string => basename(folder).split("-").slice(-2).join("-");

function titleOf(groups: readonly RunGroup[]): string {
  const names = groups.map(({ label }) => label);
  return names.length <= 3 ? names.join(" and ") : `${names.length} experiments`;
}
