import { access } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { emptyPool, ratingSheet, readRatings, reflectionKinds, sampleOf } from "../critic/ratingSheet.ts";
import { InputError } from "../errors.ts";
import { cohensKappa } from "../metrics/kappa.ts";
import { readNamed } from "../regularFile.ts";
import { mendWhereLeft } from "../runs/openRun.ts";
import { shellWord } from "../shellWord.ts";
import { replaceFile } from "../store/files.ts";
import { readReflections } from "../store/runDocuments.ts";
import { runFiles } from "../store/runFolder.ts";
import { writablePath } from "../store/storage.ts";
import { countOption, wholeNumberOption } from "./options.ts";
import { number, say, warn } from "./terminal.ts";

interface SheetOptions {
  readonly sample: number;
  readonly seed: number;
  readonly out?: string;
}

export function reflectionsCommand(): Command {
  const command = new Command("reflections").description("What the critic wrote, judged by people.").helpCommand(false);
  command.addCommand(
    new Command("sheet")
      .description(
        `Write a sheet (CSV) for two people to judge a sample of a run's reflections: ${reflectionKinds.join(", ")}.`,
      )
      .argument("<runDir>", "run folder, for example .lerl/runs/<id>")
      .option("--sample <n>", "reflections to draw", countOption, 40)
      .option("--seed <n>", "seed of the draw", wholeNumberOption, 1)
      .option("--out <file>", "by default <run folder>/ratings.csv")
      .action(writeSheet),
  );
  command.addCommand(
    new Command("agreement")
      .description("Say how far the two raters of a sheet agree: Cohen's kappa, and how often each gave each rating.")
      .argument("<file>", "a filled sheet, *.csv")
      .action(agreement),
  );
  return command;
}

async function writeSheet(folder: string, { sample, seed, out }: SheetOptions): Promise<void> {
  const file = writablePath(out ?? join(folder, "ratings.csv"));
  await mendWhereLeft(
    resolve(folder),
    () => new Date(),
    ({ message }) => warn(message),
  );
  const pool = await readReflections(join(resolve(folder), runFiles.reflections));
  if (pool.length === 0) throw emptyPool(folder);
  const drawn = sampleOf(pool, sample, seed);
  await refuseToReplace(file);
  await replaceFile(file, ratingSheet(drawn));
  const shown = relative(process.cwd(), file);
  say(
    `${drawn.length} of ${pool.length} reflections are in ${shown}. Fill the columns "rater 1" and "rater 2", each without the other's, then: lerl reflections agreement ${shellWord(shown)}\n`,
  );
}

/** A sheet may hold hours of somebody's work. */
async function refuseToReplace(file: string): Promise<void> {
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (there) throw new InputError("reflections.sheet", `${file}: is there already. Give another file: --out <file>.`);
}

async function agreement(file: string): Promise<void> {
  const csv = await readNamed(file, "reflections.sheet", "Give a sheet that two people have filled.");
  const { first, second, unrated } = readRatings(csv, file);
  if (first.length === 0) {
    throw new InputError("reflections.sheet", `${file}: no reflection has been rated by both yet.`);
  }
  const { n, observed, expected, kappa } = cohensKappa(first, second);
  const table = new Table({ head: ["", "rater 1", "rater 2", "both"], style: { head: [], border: [] } });
  for (const kind of reflectionKinds) {
    const both = first.filter((rating, i) => rating === kind && second[i] === kind).length;
    const count = (ratings: readonly string[]): string => String(ratings.filter((rating) => rating === kind).length);
    table.push([kind, count(first), count(second), String(both)]);
  }
  const left = unrated > 0 ? ` ${unrated} are not rated by both and do not count.` : "";
  const said = kappa === undefined ? "not defined: both gave one and the same rating only" : number(kappa, 2);
  say(
    `${table.toString()}\nCohen's kappa ${said}: they agree on ${number(100 * observed, 0)} % of ${n} reflections, ${number(100 * expected, 0)} % by chance.${left}\n`,
  );
}
