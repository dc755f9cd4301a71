/** npm run bench: measures the working tree, alone or beside another commit. */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { reportFailure } from "../src/engine/commands/exit.ts";
import { exitCodes } from "../src/engine/exitCodes.ts";
import type { Work } from "./against/checkout.ts";
import { measureAgainst } from "./against/measureAgainst.ts";
import { findCommit } from "./against/repository.ts";
import { measureAlone } from "./alone.ts";
import { type Options, readOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import { writeResults } from "./results.ts";
import { allRows, chosen, type Row } from "./rows.ts";

async function main(words: readonly string[]): Promise<number> {
  const root = process.cwd();
  const abort = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => abort.abort());
  try {
    const options = readOptions(words);
    const rows = allRows(root);
    if (options.list) list(rows);
    else await measure(root, options, chosen(rows, options.names, options.against !== undefined), abort.signal);
    return exitCodes.done;
  } catch (error) {
    if (abort.signal.aborted) {
      process.stderr.write("\ninterrupted; nothing is left behind\n");
      return exitCodes.interrupted;
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
    return reportFailure(error);
  }
}

function list(rows: readonly Row[]): void {
  for (const { name, title, against, missing } of rows) {
    const compared = { always: "", named: "with --against where named", never: "not with --against" }[against];
    console.log(`${name.padEnd(20)} ${title.padEnd(44)} ${missing ?? compared}`.trimEnd());
  }
}

async function measure(root: string, options: Options, rows: readonly Row[], signal: AbortSignal): Promise<void> {
  const { against, rounds } = options;
  // An unknown commit is known before anything is built.
  const commit = against === undefined ? undefined : await findCommit(against, { cwd: root, signal });
  const possible = rows.filter(({ missing }) => missing === undefined);
  const sides = commit === undefined ? 1 : 2;
  const progress = new Progress(possible.reduce((sum, { seconds }) => sum + seconds * rounds * sides, 0));
  const work: Work = { signal, say: (text) => progress.say(text) };
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.versions.node}`;
  console.log(machine);
  const scratch = await realpath(await mkdtemp(join(tmpdir(), "lerl-bench-")));
  try {
    const task = { root, scratch, rows: possible, rounds, progress };
    const measured = commit ? await measureAgainst(task, commit, work) : await measureAlone(task, work);
    for (const { name, missing } of rows) if (missing !== undefined) console.log(`\n${name}: skipped, ${missing}`);
    console.log(`\nwritten to ${writeResults(root, { machine, rounds, ...measured })}`);
  } finally {
    progress.end();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

process.exitCode = await main(process.argv.slice(2));
// What a row has started in this process (a browser, threads) must not keep an interrupted one alive.
if (process.exitCode === exitCodes.interrupted) process.exit();
