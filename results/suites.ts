/** Tables of a suite: `lerl suite run` measures what is not measured yet, and writes the comparison. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readOverride } from "../src/engine/commands/experimentFile.ts";
import { duration } from "../src/engine/commands/terminal.ts";
import { InputError } from "../src/engine/errors.ts";
import { pairedDifference } from "../src/engine/metrics/differences.ts";
import { formatEstimate } from "../src/engine/metrics/statistics.ts";
import { readEvaluationRows } from "../src/engine/runs/evaluationFiles.ts";
import { readRunRecord } from "../src/engine/store/runDocuments.ts";
import { runFiles } from "../src/engine/store/runFolder.ts";
import { readSuite, type SuitePlan, withFirstSeeds } from "../src/engine/suites/readSuite.ts";
import { isFinished } from "../src/engine/suites/runProcess.ts";
import { begunRuns, suiteFolder, suiteRunFolder } from "../src/engine/suites/suiteFolder.ts";
import { engineVersion } from "../src/engine/version.ts";
import type { RunRecord } from "../src/protocol/run.ts";
import { lerl } from "./lerl.ts";
import { markdownTable } from "./markdown.ts";
import {
  type Made,
  type Measuring,
  partText,
  putAside,
  runsText,
  type Setting,
  setsOf,
  setWords,
} from "./measuring.ts";
import type { SeedsTable, SuiteTable } from "./tables.ts";

/** Of the comparison, the table alone: what it says stands on the page by hand. */
export async function suiteTable(table: SuiteTable, setting: Setting): Promise<Measuring> {
  return measuring(table, setting, async (folder) => {
    const lines = (await readFile(join(folder, "table.md"), "utf8")).split("\n");
    return lines.filter((line) => line.startsWith("|")).join("\n");
  });
}

export async function seedsTable(table: SeedsTable, setting: Setting): Promise<Measuring> {
  const worlds = [
    { world: "training", shown: "training's world" },
    { world: undefined, shown: "never seen" },
  ] as const;
  const head = worlds.flatMap(({ shown }) => table.variants.map((name) => `${name}, ${shown}`));
  return measuring(table, setting, async (folder, { suite, variants }) => {
    const rows = suite.seeds.map(async (seed, i) => {
      const cells = worlds.flatMap(({ world }) =>
        table.variants.map(async (name) => {
          const run = variants.find((variant) => variant.name === name)?.runs[i];
          if (!run) throw noVariant(table, name);
          const scores = await readEvaluationRows(suiteRunFolder(folder, run.id), world);
          const own = scores.filter(({ policy }) => policy === "run").map(({ rCum }) => rCum);
          return formatEstimate(pairedDifference([own], [own.map(() => 0)]), 2);
        }),
      );
      return [String(seed), ...(await Promise.all(cells))];
    });
    return markdownTable(["seed", ...head], await Promise.all(rows));
  });
}

const noVariant = ({ suite, name: table }: SeedsTable, name: string): InputError =>
  new InputError(
    "results.variant",
    `results/tables.ts, "${table}": ${suite} has no variant "${name}". Name one that it has.`,
  );

/** @param textOf the table, where all runs of the plan are done */
async function measuring(
  table: SuiteTable | SeedsTable,
  setting: Setting,
  textOf: (folder: string, plan: SuitePlan) => Promise<string>,
): Promise<Measuring> {
  const { root, data, seeds, jobs } = setting;
  const file = join(root, table.suite);
  const sets = setsOf(table, data).map(readOverride);
  const whole = await readSuite(file, sets, anyFile);
  const plan = seeds === undefined ? whole : withFirstSeeds(whole, seeds);
  const { suite } = plan;
  const folder = await suiteFolder(root, { name: suite.name, file });
  const ids = idsOf(plan);
  const finished = await Promise.all(ids.map((id) => isFinished(suiteRunFolder(folder, id), suite.sessions)));
  const recordsOf = (known: readonly string[]): Promise<readonly RunRecord[]> =>
    Promise.all(known.map((id) => readRunRecord(join(suiteRunFolder(folder, id), runFiles.record))));

  const words = (where: Setting["data"]): readonly string[] => [
    ...["suite", "run", table.suite, ...setWords(setsOf(table, where))],
    ...(seeds === undefined ? [] : ["--seeds", String(seeds)]),
    ...(jobs === undefined ? [] : ["--jobs", String(jobs)]),
  ];
  const make = async (): Promise<Made> => {
    const begun = await readSuite(file, sets, anyFile, (named) => begunRuns(root, named));
    const known = await recordsOf(ids.filter((_, i) => finished[i]));
    if (begun.asBegun.length > 0) await putAside(folder, "it would go on in the world it was begun in", setting);
    else if (known.some((record) => record.engineVersion !== engineVersion)) {
      await putAside(folder, `it has runs of another version than ${engineVersion}`, setting);
    }
    await lerl(words(data), setting, "ignore");
    const records = await recordsOf(ids);
    const seconds = records.reduce((sum, { activeSeconds }) => sum + activeSeconds, 0);
    return {
      text: await textOf(folder, plan),
      measured: `${partText(suite.seeds, whole.suite.seeds)}, ${suite.sessions} sessions per evaluation; ${runsText(ids.length)}, ${duration(seconds)} of training in all`,
      at: records.map(({ endedAt = "" }) => endedAt).reduce((a, b) => (a > b ? a : b)),
    };
  };
  return {
    commands: [words({})],
    definition: [suite, ids],
    done: finished.filter(Boolean).length,
    runs: ids.length,
    allRuns: idsOf(whole).length,
    places: [folder],
    make,
  };
}

/** Equal runs of several variants are one. */
const idsOf = ({ variants }: SuitePlan): readonly string[] => [
  ...new Set(variants.flatMap(({ runs }) => runs.map(({ id }) => id))),
];

/** Nothing is read for a document from elsewhere: the suites are the project's own. */
const anyFile = async (): Promise<void> => undefined;
