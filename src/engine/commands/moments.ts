import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import type { Episode, Reflection } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
import { shellWord } from "../shellWord.ts";
import { jsonLines } from "../store/jsonLines.ts";
import { readReflections, readRunRecord } from "../store/runDocuments.ts";
import { runFiles } from "../store/runFolder.ts";
import { appendMoment, differencesOf, momentName, momentOf, momentsFileOf } from "../trials/momentsFile.ts";
import { fileAccess } from "./fileAccess.ts";
import { allowOutsideOption, countOption } from "./options.ts";
import { say, sayAside } from "./terminal.ts";

interface KeepOptions {
  readonly file?: string;
  readonly name?: string;
  readonly allowOutside?: boolean;
}

export function momentsCommand(): Command {
  const command = new Command("moments")
    .description("Decisions kept for good, for trials to plan anew.")
    .helpCommand(false);
  command.addCommand(
    new Command("keep")
      .description(
        "Keep the decision of a step: the visit up to it and the reflections shown, in a file to be read and reviewed.",
      )
      .argument("<runDir>", "run folder, for example .lerl/runs/<id>")
      .argument("<episode>", "id of a finished visit, for example s0-12")
      .argument("<step>", "its step, from 1", countOption)
      .option("--file <file>", "moments file, by default the experiment's own, <experiment>.moments.json")
      .option("--name <name>", "name of the moment, by default user, visit and step")
      .option(...allowOutsideOption)
      .action(keep),
  );
  return command;
}

async function keep(
  runFolder: string,
  id: string,
  step: number,
  { file, name, allowOutside }: KeepOptions,
): Promise<void> {
  const folder = resolve(runFolder);
  const record = await readRunRecord(join(folder, runFiles.record));
  const episode = await episodeOf(folder, id);
  const pool = await poolOf(folder);
  const target = resolve(file ?? momentsFileOf(record.experimentFile));
  if (file === undefined)
    await fileAccess({ allowOutside })([{ setting: "experimentFile", path: target, written: true }]);
  const moment = momentOf(episode, step, name ?? momentName(episode, step), pool);
  const kept = await appendMoment(target, moment, name === undefined ? "number" : "refuse");
  for (const difference of differencesOf(moment, episode, step, pool)) sayAside(`${difference}\n`);
  say(
    `Kept "${kept.name}" in ${relative(process.cwd(), target)}, now ${kept.moments.moments.length}. Say what its plan must be there ("expect"), and try words on it: lerl trial ${shellWord(relative(process.cwd(), record.experimentFile))} --moments ${shellWord(relative(process.cwd(), target))} --sessions 0 --prompt <file>\n`,
  );
}

/** A run whose critic is off has none. @throws InputError where it is damaged */
async function poolOf(folder: string): Promise<readonly Reflection[]> {
  return readReflections(join(folder, runFiles.reflections)).catch((error: unknown) => {
    if (error instanceof InputError && error.code === "store.missing") return [];
    throw error;
  });
}

/** @throws InputError where the run has no such finished visit */
async function episodeOf(folder: string, id: string): Promise<Episode> {
  const file = join(folder, runFiles.episodes);
  let last = "";
  for await (const episode of jsonLines<Episode>(file)) {
    if (episode.id === id) return episode;
    last = episode.id;
  }
  const example = last === "" ? "The run has finished none yet." : `For example ${last}.`;
  throw new InputError("moments.no-visit", `${folder}: no finished visit "${id}". ${example}`);
}
