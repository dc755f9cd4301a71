/** Tables of an experiment's runs: metrics at some iterations, by a setting that differs. */
import { join } from "node:path";
import { readOverride } from "../src/engine/commands/experimentFile.ts";
import { duration, number } from "../src/engine/commands/terminal.ts";
import { InputError } from "../src/engine/errors.ts";
import { readNamed } from "../src/engine/regularFile.ts";
import { readJsonLines } from "../src/engine/store/jsonLines.ts";
import { readRunRecord } from "../src/engine/store/runDocuments.ts";
import { isRunFolder, runFiles } from "../src/engine/store/runFolder.ts";
import { below, storageFolder } from "../src/engine/store/storage.ts";
import { suiteRunId } from "../src/engine/suites/configuration.ts";
import { engineVersion } from "../src/engine/version.ts";
import type { Experiment } from "../src/protocol/experiment.ts";
import { applyOverrides } from "../src/protocol/overrides.ts";
import { formatProblems, parseExperiment } from "../src/protocol/parseExperiment.ts";
import type { MetricRow, RunRecord } from "../src/protocol/run.ts";
import { lerl } from "./lerl.ts";
import { markdownTable } from "./markdown.ts";
import {
  type Made,
  type Measuring,
  partText,
  putAside,
  runsText,
  type Setting,
  seedsText,
  setsOf,
  setWords,
} from "./measuring.ts";
import type { RunsTable } from "./tables.ts";

export async function runsTable(table: RunsTable, setting: Setting): Promise<Measuring> {
  const { root, data, seeds } = setting;
  const { head, path } = table.rows;
  const isBySeed = path === "seed";
  const values = isBySeed ? table.rows.values.slice(0, seeds) : table.rows.values;
  const own = setsOf(table, data);
  const rows = await Promise.all(
    values.map(async (value) => {
      const sets = [`${path}=${value}`, ...own];
      const experiment = await readExperiment(join(root, table.experiment), sets);
      // Named by what it is: other settings, another folder.
      const id = suiteRunId(experiment, 0);
      const folder = below(storageFolder(root), "results", "runs", id);
      return { value, sets, experiment, id, folder, record: await recordOf(folder) };
    }),
  );
  const make = async (): Promise<Made> => {
    const records: RunRecord[] = [];
    for (const { folder, sets, record } of rows) {
      if (record && record.engineVersion !== engineVersion) {
        await putAside(folder, `a run of another version than ${engineVersion}`, setting);
      }
      const left = await recordOf(folder);
      if (!left) await lerl(["run", table.experiment, ...setWords(sets), "--out", folder], setting, "show");
      else if (left.state !== "done") await lerl(["resume", folder], setting, "show");
      records.push(await readRunRecord(join(folder, runFiles.record)));
    }
    const seconds = records.reduce((sum, { activeSeconds }) => sum + activeSeconds, 0);
    const [first] = rows;
    const shown = isBySeed ? partText(values, table.rows.values) : seedsText([first?.experiment.seed ?? 0]);
    return {
      text: markdownTable(
        [head, ...table.columns.map((column) => column.head)],
        await Promise.all(rows.map(async ({ value, folder }) => [String(value), ...(await cellsOf(table, folder))])),
      ),
      measured: `${shown}, ${first?.experiment.evaluation.sessions} sessions per evaluation; ${runsText(rows.length)}, ${duration(seconds)} in all`,
      at: records.map(({ endedAt = "" }) => endedAt).reduce((a, b) => (a > b ? a : b)),
    };
  };
  return {
    commands: [["run", table.experiment, ...setWords([`${path}=N`, ...setsOf(table, {})])]],
    definition: rows.map(({ id }) => id),
    done: rows.filter(({ record }) => record?.state === "done").length,
    runs: rows.length,
    allRuns: table.rows.values.length,
    places: rows.map(({ folder }) => folder),
    make,
  };
}

/** An experiment of the project. @throws InputError */
export async function readExperiment(file: string, sets: readonly string[]): Promise<Experiment> {
  const text = await readNamed(file, "experiment.missing", "results/tables.ts names it.");
  const parsed = parseExperiment(applyOverrides(text, sets.map(readOverride)));
  if (parsed.ok) return parsed.value;
  throw new InputError("experiment.invalid", formatProblems(file, parsed.problems));
}

const recordOf = async (folder: string): Promise<RunRecord | undefined> =>
  (await isRunFolder(folder)) ? readRunRecord(join(folder, runFiles.record)) : undefined;

async function cellsOf({ columns }: RunsTable, folder: string): Promise<readonly string[]> {
  const rows = await readJsonLines<MetricRow>(join(folder, runFiles.metrics));
  const at = new Map(rows.map(({ iteration, values }) => [iteration, values]));
  return columns.map(({ iteration, metric }) => number(at.get(iteration)?.[metric]));
}
