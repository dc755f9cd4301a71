/** `lerl data convert`: what was understood of a data set, as a CSV pair and the settings that read it. */
import { lstat, realpath, rename, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { csvPairOf, pairFiles } from "../data/csvPair.ts";
import type { Dataset } from "../data/dataset.ts";
import { dataFiles } from "../data/loadDataset.ts";
import { readingFindings, whole } from "../data/readingText.ts";
import { InputError } from "../errors.ts";
import { exitCodes } from "../exitCodes.ts";
import { shellWord } from "../shellWord.ts";
import { fileError, makeFolder } from "../store/files.ts";
import { nameBeside, syncFolder, writeDurably } from "../wholeFile.ts";
import { loadNamed, type NamedData, namedData } from "./dataArgument.ts";
import type { ReadOptions } from "./experimentFile.ts";
import { interruptible } from "./interruption.ts";
import { fileStatus } from "./loadingStatus.ts";
import { allowOutsideOption, collect } from "./options.ts";
import { paint, say, sayAside, status, warn } from "./terminal.ts";

interface ConvertOptions extends ReadOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** An experiment of its own, so that every command can be given it. */
const SECTION_FILE = "dataset.lerl.json";

export function convertCommand(): Command {
  return new Command("convert")
    .description(
      `Write what was understood as ${pairFiles.interactions} and ${pairFiles.items}, and as ${SECTION_FILE} the settings that read them.`,
    )
    .argument("<experiment|folder>", "experiment file, or a folder with a data set's published files")
    .requiredOption("--out <folder>", "where the three files go; it is made if need be")
    .option("--force", "replace files that are there; never those that are read")
    .option("--set <path=value>", "override a setting of the experiment", collect, [])
    .option(...allowOutsideOption)
    .option("--json", "print one JSON object")
    .action((target: string, options: ConvertOptions) =>
      interruptible(async (signal) => {
        try {
          await convert(target, options, signal);
        } catch (error) {
          if (error !== signal.reason) throw error;
          status("");
          sayAside(`${paint.warning("interrupted.")} Nothing was written.\n`);
          process.exitCode = exitCodes.interrupted;
        }
      }),
    );
}

async function convert(
  target: string,
  { out, force, json, ...read }: ConvertOptions,
  signal: AbortSignal,
): Promise<void> {
  const named = await namedData(target, read);
  const folder = resolve(out);
  const files = [pairFiles.interactions, pairFiles.items, SECTION_FILE].map((name) => join(folder, name));
  await refuseToReplace(files, await sourcesOf(named), force === true);
  const dataset = await loadNamed(named, signal);
  status("");
  for (const { message } of readingFindings(dataset)) warn(message);
  const notes = await write(dataset, files, signal);
  const { users, items, log } = dataset;
  if (json) {
    say(`${JSON.stringify({ files, users, items, interactions: log.items.length, notes })}\n`);
    return;
  }
  const shown = files.map((file) => relative(process.cwd(), file) || file);
  say(
    `${whole(log.items.length)} interactions of ${whole(users)} users are in ${shown[0]}, ${whole(items)} items in ${shown[1]}. What reads them is the "dataset" of ${shown[2]}: lerl data describe ${shellWord(shown[2] as string)}\n`,
  );
  for (const note of notes) sayAside(`${paint.quiet(note)}\n`);
}

/** What the data are read from; real paths. */
async function sourcesOf({ config, folder, experimentFile }: NamedData): Promise<readonly string[]> {
  const data = config.kind === "synthetic" ? [] : await dataFiles(config, folder);
  return Promise.all(
    [...data, ...(experimentFile === undefined ? [] : [experimentFile])].map((file) => realpath(file)),
  );
}

/** @throws InputError `data.convert-exists` */
async function refuseToReplace(files: readonly string[], sources: readonly string[], force: boolean): Promise<void> {
  for (const file of files) {
    const real = await realpath(file).catch(() => undefined);
    if (real !== undefined && sources.includes(real)) {
      throw new InputError(
        "data.convert-exists",
        `${file}: is read to be converted. Give another folder: --out <folder>.`,
      );
    }
    const there = await lstat(file).catch(() => undefined);
    if (there?.isDirectory()) {
      throw new InputError(
        "data.convert-exists",
        `${file}: a folder stands in its place. Move it away, or give another folder: --out <folder>.`,
      );
    }
    if (!there || force) continue;
    throw new InputError(
      "data.convert-exists",
      `${file}: is there already. Give another folder, or --force to replace it.`,
    );
  }
}

/** All three are written beside, then they take their places. @returns what to know of them */
async function write(dataset: Dataset, files: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const { section, interactions, items, notes } = csvPairOf(dataset);
  const [log, list, settings] = files as [string, string, string];
  const show = fileStatus();
  const rows = dataset.log.items.length;
  const experiment = { name: `${dataset.name.slice(0, 180)}, converted`, dataset: section };
  const contents: readonly (readonly [string, string | Iterable<string>])[] = [
    [
      log,
      untilAborted(
        interactions((done) => show("writing", log, done / rows)),
        signal,
      ),
    ],
    [list, untilAborted(items(), signal)],
    [settings, `${JSON.stringify(experiment, undefined, 2)}\n`],
  ];
  const folder = join(log, "..");
  await makeFolder(folder).catch((error: unknown) => {
    throw fileError(error, folder);
  });
  const beside = files.map(nameBeside);
  try {
    for (const [i, [file, content]] of contents.entries()) {
      await writeDurably(beside[i] as string, content).catch((error: unknown) => {
        throw error === signal.reason ? error : fileError(error, file);
      });
    }
    for (const [i, file] of files.entries()) {
      await rename(beside[i] as string, file).catch((error: unknown) => {
        throw fileError(error, file);
      });
    }
    await syncFolder(folder);
  } finally {
    status("");
    for (const file of beside) await rm(file, { force: true }).catch(() => undefined);
  }
  return notes;
}

function* untilAborted(parts: Iterable<string>, signal: AbortSignal): Generator<string> {
  for (const part of parts) {
    signal.throwIfAborted();
    yield part;
  }
}
