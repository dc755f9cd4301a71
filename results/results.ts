/** Makes the tables that are asked for, one after the other, and fills the page with each as soon as it is there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CommanderError } from "commander";
import { reportFailure } from "../src/engine/commands/exit.ts";
import { duration, paint } from "../src/engine/commands/terminal.ts";
import { exitCodes } from "../src/engine/exitCodes.ts";
import { readText } from "../src/engine/regularFile.ts";
import { shellWord } from "../src/engine/shellWord.ts";
import { replaceFile } from "../src/engine/store/files.ts";
import { engineVersion } from "../src/engine/version.ts";
import { forget, keep, readKept } from "./kept.ts";
import { commandLine, Interrupted } from "./lerl.ts";
import { type Made, type Measuring, putAside, type Setting } from "./measuring.ts";
import { chosenTables, type Options, readOptions } from "./options.ts";
import { checkPage, withBlock } from "./page.ts";
import { runsTable } from "./runs.ts";
import { seedsTable, suiteTable } from "./suites.ts";
import type { Table } from "./tables.ts";
import { userModelTable } from "./userModel.ts";

export interface Surroundings {
  readonly root: string;
  readonly cli: string;
  readonly tables: readonly Table[];
  /** From the root on. */
  readonly page: string;
  readonly signal: AbortSignal;
  /** What was asked for. */
  readonly say: (text: string) => void;
  /** What is said beside it. */
  readonly aside: (text: string) => void;
}

/** @returns the exit code */
export async function results(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { aside } = surroundings;
  try {
    const options = readOptions(words, aside);
    const tables = chosenTables(surroundings.tables, options.names);
    const setting: Setting = { ...surroundings, ...options };
    if (options.list) return await list(tables, setting, surroundings);
    return await makeAll(tables, options, setting, surroundings);
  } catch (error) {
    if (error instanceof Interrupted) {
      const again = words.filter((word) => word !== "--anew").map((word) => shellWord(word));
      aside(`Interrupted; what is done is kept. To go on: ${["npm run results --", ...again].join(" ")}\n`);
      return exitCodes.interrupted;
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
    return reportFailure(error);
  }
}

/** @throws InputError where a suite or an experiment is not in order */
export function measuringOf(table: Table, setting: Setting): Promise<Measuring> {
  switch (table.kind) {
    case "suite":
      return suiteTable(table, setting);
    case "seeds":
      return seedsTable(table, setting);
    case "runs":
      return runsTable(table, setting);
    case "user-model":
      return userModelTable(table, setting);
  }
}

async function list(tables: readonly Table[], setting: Setting, { say }: Surroundings): Promise<number> {
  const width = Math.max(...tables.map(({ name }) => name.length));
  for (const table of tables) {
    say(
      `${table.name.padEnd(width)}  ${table.tells}\n${" ".repeat(width)}  ${paint.quiet(await stateOf(table, setting))}\n`,
    );
  }
  return exitCodes.done;
}

async function stateOf(table: Table, setting: Setting): Promise<string> {
  const lacking = lacks(table, setting);
  const about = (share: number): string => `about ${duration(60 * table.minutes * share)}`;
  if (lacking !== undefined) return `${lacking}; ${about(1)}`;
  const measuring = await measuringOf(table, setting);
  const { done, runs, allRuns } = measuring;
  const kept = await readKept(setting.root, table.name, definitionOf(table, measuring));
  if (kept) return `done. ${kept.measured}`;
  if (done === runs) return `${done} of ${runs} runs are done, the table is not made yet`;
  const left = about((runs - done) / allRuns);
  return done === 0 ? `not begun, ${left}` : `${done} of ${runs} runs are done, ${left} left`;
}

/** What is in the way of measuring it here. */
function lacks({ data }: Table, setting: Setting): string | undefined {
  if (data === undefined) return undefined;
  const folder = setting.data[data];
  if (folder === undefined) return `needs --${data} <folder>`;
  return existsSync(folder) ? undefined : `needs --${data} <folder>, and ${folder} is not there`;
}

async function makeAll(
  tables: readonly Table[],
  options: Options,
  setting: Setting,
  { page, say, aside }: Surroundings,
): Promise<number> {
  const file = join(setting.root, page);
  const names = tables.map(({ name }) => name);
  // Before hours of work: a page without a place for it.
  if (options.write) checkPage(await readText(file), page, names);
  const here = tables.filter((table) => lacks(table, setting) === undefined);
  // All of them now: whoever goes on after an interruption does so without the option.
  if (options.anew) for (const table of here) await startAnew(table, setting);
  const failed: string[] = [];
  for (const table of tables) {
    const lacking = lacks(table, setting);
    if (lacking !== undefined) {
      aside(`${paint.warning("skipped")} ${table.name}: it ${lacking}\n`);
      continue;
    }
    try {
      const block = await blockOf(table, setting, aside);
      say(`${block}\n\n`);
      if (options.write) await replaceFile(file, withBlock(await readText(file), page, table.name, block));
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      reportFailure(error);
      failed.push(table.name);
    }
  }
  if (failed.length > 0) aside(`${paint.error("error")} not made: ${failed.join(", ")}\n`);
  else if (here.length > 0)
    aside(options.write ? `${page} is filled\n` : `${page} is as it was: a quick look fills it with --write only\n`);
  return failed.length > 0 ? exitCodes.failed : exitCodes.done;
}

async function startAnew(table: Table, setting: Setting): Promise<void> {
  const { places } = await measuringOf(table, setting);
  for (const place of places) await putAside(place, "to be made anew", setting);
  await forget(setting.root, table.name);
}

/** Made now, or kept from when it was made. */
async function blockOf(table: Table, setting: Setting, aside: Surroundings["aside"]): Promise<string> {
  const { name, minutes } = table;
  const measuring = await measuringOf(table, setting);
  const { commands, done, runs, allRuns, make } = measuring;
  const definition = definitionOf(table, measuring);
  const kept = await readKept(setting.root, name, definition);
  if (kept) {
    aside(`${name}: nothing to run, made before\n`);
    return kept.block;
  }
  const ahead = done === runs ? "" : `, about ${duration((60 * minutes * (runs - done)) / allRuns)}`;
  aside(`${name}: ${runs - done} of ${runs} to make${ahead}\n`);
  const made = await make();
  const measured = measuredLine(made);
  const block = [...commands.map((words) => `    ${commandLine(words)}`), "", made.text, "", measured].join("\n");
  await keep(setting.root, name, definition, { measured, block });
  return block;
}

/** All that a table depends on, and nothing that is only said of it. */
const definitionOf = ({ tells: _, minutes: __, ...table }: Table, { definition }: Measuring): unknown => [
  table,
  definition,
];

/** Seeds, sessions and time, with what it was measured by. */
function measuredLine({ measured, at }: Made): string {
  const machine = process.arch === "x64" ? "x86-64" : process.arch;
  const versions = `LERL Studio ${engineVersion}, Node ${process.versions.node}, ${machine}, ${at.slice(0, 10)}`;
  return `Measured: ${measured}; ${versions}.`;
}
