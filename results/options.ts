/** What `npm run results --` is told. */
import { resolve } from "node:path";
import { Command } from "commander";
import { countOption } from "../src/engine/commands/options.ts";
import { InputError } from "../src/engine/errors.ts";
import { type DataSet, dataSets, type Table } from "./tables.ts";

export interface Options {
  /** Tables to make; empty: all. */
  readonly names: readonly string[];
  readonly list: boolean;
  readonly seeds?: number;
  readonly jobs?: number;
  readonly anew: boolean;
  /** Whether docs/results.md is filled: not by a quick look, unless that is asked for. */
  readonly write: boolean;
  readonly data: Readonly<Partial<Record<DataSet, string>>>;
}

interface Given extends Partial<Record<DataSet, string>> {
  readonly list?: boolean;
  readonly seeds?: number;
  readonly jobs?: number;
  readonly anew?: boolean;
  readonly write?: boolean;
}

/** @throws CommanderError after saying what is wrong */
export function readOptions(words: readonly string[], write: (text: string) => void): Options {
  const command = new Command("npm run results --")
    .description(
      "Measures what the tables of docs/results.md need and is not measured yet, prints them and fills the page. Ctrl+C stops it; the same command goes on.",
    )
    .argument("[names...]", "tables to make, all without")
    .option("--list", "tell which tables there are, what is done and how long the rest takes, and end")
    .option("--seeds <n>", "the first n seeds only, for a quick look: printed, and said beside the table", countOption)
    .option("--write", "fill the page with a quick look, too")
    .option("--jobs <n>", "runs of a suite at once; by default one per processor", countOption)
    .option(
      "--anew",
      "measure again what is there, after a change that no setting shows; what was there is moved aside",
    );
  for (const name of dataSets) command.option(`--${name} <folder>`, `where the tables on ${name} find their data`);
  command
    .configureOutput({ writeErr: write })
    .showHelpAfterError("(npm run results -- --help tells what is possible)")
    .exitOverride();
  command.parse([...words], { from: "user" });
  const { list = false, seeds, jobs, anew = false, write: asked = false, ...folders } = command.opts<Given>();
  const data = Object.entries(folders).map(([name, folder]) => [name, resolve(folder)]);
  return {
    names: command.args,
    list,
    ...(seeds !== undefined && { seeds }),
    ...(jobs !== undefined && { jobs }),
    anew,
    write: asked || seeds === undefined,
    data: Object.fromEntries(data),
  };
}

/** In the order of the list. @throws InputError `results.unknown` */
export function chosenTables(tables: readonly Table[], names: readonly string[]): readonly Table[] {
  const unknown = names.find((wanted) => !tables.some(({ name }) => name === wanted));
  if (unknown !== undefined) {
    const there = tables.map(({ name }) => name).join(", ");
    throw new InputError("results.unknown", `There is no table "${unknown}". There are ${there}.`);
  }
  return names.length === 0 ? tables : tables.filter(({ name }) => names.includes(name));
}
