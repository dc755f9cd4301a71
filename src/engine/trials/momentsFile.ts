/** Moments files: read, and added to without touching what stands in them. */
import { isDeepStrictEqual } from "node:util";
import { createScanner, findNodeAtLocation, parseTree } from "jsonc-parser";
import { type Moment, type Moments, parseMoments } from "../../protocol/moments.ts";
import { formatProblems } from "../../protocol/parseExperiment.ts";
import { type Episode, type Reflection, SUMMARY } from "../../protocol/run.ts";
import { shownOf } from "../critic/reflectionPool.ts";
import { InputError } from "../errors.ts";
import { readNamed } from "../regularFile.ts";
import { isMissing, replaceFile } from "../store/files.ts";
import { writablePath } from "../store/storage.ts";
import { freeName } from "./names.ts";

/** Beside the experiment: `quickstart.moments.json` for `quickstart.lerl.json`. */
export const momentsFileOf = (experimentFile: string): string =>
  `${experimentFile.replace(/(\.lerl)?\.json$/, "")}.moments.json`;

/** @param shown the path as it was given. @throws InputError with file, line and path of what is wrong */
export async function readMoments(file: string, shown = file): Promise<Moments> {
  return parsed(await readNamed(file, "moments.missing", KEEP_FIRST, shown), shown);
}

/** By file: what is being added to it. */
const writing = new Map<string, Promise<unknown>>();

interface Kept {
  readonly moments: Moments;
  /** What it is called there. */
  readonly name: string;
}

/**
 * Adds a moment at the end, after those that are being added; comments and the order of what is there stay.
 * @param taken whether another moment of its name refuses it, or gives it a number
 * @throws InputError
 */
export async function appendMoment(path: string, moment: Moment, taken: "refuse" | "number" = "refuse"): Promise<Kept> {
  const file = writablePath(path);
  const before = writing.get(file);
  const appending = (before ?? Promise.resolve()).then(
    () => append(file, moment, taken),
    () => append(file, moment, taken),
  );
  writing.set(file, appending);
  try {
    return await appending;
  } finally {
    if (writing.get(file) === appending) writing.delete(file);
  }
}

async function append(file: string, wanted: Moment, taken: "refuse" | "number"): Promise<Kept> {
  const text = await readNamed(file, "moments.missing", KEEP_FIRST).catch((error: unknown) => {
    if (error instanceof InputError && isMissing(error.cause)) return EMPTY;
    throw error;
  });
  const there = parsed(text, file);
  const moment = taken === "number" ? numberedAmong(there, wanted, file) : wanted;
  const added = withMoment(text, moment);
  const moments = parsed(added, file);
  await replaceFile(file, added);
  return { moments, name: moment.name };
}

/** @throws InputError where the same decision is kept already */
function numberedAmong({ moments }: Moments, moment: Moment, file: string): Moment {
  const decision = ({ user, slates, reflections }: Moment) => ({ user, slates, reflections });
  const same = moments.find((other) => isDeepStrictEqual(decision(other), decision(moment)));
  if (same) throw new InputError("moments.kept", `This decision is kept already, as "${same.name}" in ${file}.`);
  const names = moments.map(({ name }) => name);
  return { ...moment, name: freeName(moment.name, names) };
}

const KEEP_FIRST = "Keep a moment first: lerl moments keep.";
const EMPTY = '{\n  "moments": []\n}\n';

/** A moments document with one more, on lines of its own; not a character of the others changes. */
function withMoment(text: string, moment: Moment): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const list = root && findNodeAtLocation(root, ["moments"]);
  if (!list) throw new RangeError("no list of moments");
  const last = list.children?.at(-1);
  const from = last ? last.offset + last.length : list.offset + 1;
  const close = list.offset + list.length - 1;
  const rest = text.slice(from, close);
  const outer = indentAt(text, list.offset);
  const unit = outer.includes("\t") ? "\t" : "  ";
  const indent =
    last && text.slice(list.offset, last.offset).includes("\n") ? indentAt(text, last.offset) : outer + unit;
  const written = JSON.stringify(moment, undefined, unit).replaceAll("\n", `\n${indent}`);
  const head = `${text.slice(0, from)}${last && !beginsWithComma(rest) ? "," : ""}${rest.trimEnd()}`;
  const added = `\n${indent}${written}\n${outer}`;
  return `${head}${text.includes("\r\n") ? added.replaceAll("\n", "\r\n") : added}${text.slice(close)}`;
}

/** Of the line that holds an offset. */
const indentAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1))?.[0] ?? "";

/** But for comments. */
function beginsWithComma(text: string): boolean {
  const scanner = createScanner(text, true);
  scanner.scan();
  return text[scanner.getTokenOffset()] === ",";
}

function parsed(text: string, file: string): Moments {
  const document = parseMoments(text);
  if (document.ok) return document.value;
  throw new InputError("moments.invalid", formatProblems(file, document.problems));
}

/** What a moment is called where nobody names it. @param step from 1 */
export const momentName = ({ user, id }: Episode, step: number): string => `user ${user}, visit ${id}, step ${step}`;

/**
 * The decision of a step of a finished visit: what had been served before it, and the reflections that were shown.
 * @param step from 1
 * @param pool where the reflections' texts are looked up; one that has left it is left out
 */
export function momentOf(episode: Episode, step: number, name: string, pool: readonly Reflection[]): Moment {
  const decision = episode.steps[step - 1];
  if (!decision) {
    throw new InputError(
      "moments.no-step",
      `Visit ${episode.id} has ${episode.steps.length} steps, and no step ${step}. Give one from 1 to ${episode.steps.length}.`,
    );
  }
  return {
    name,
    user: episode.user,
    slates: episode.steps.slice(0, step - 1).map(({ items, feedback }) => ({
      items,
      feedback: Object.fromEntries(
        items.map((id, i) => [id, feedback[i] ?? []] as const).filter(([, given]) => given.length > 0),
      ),
    })),
    reflections: decision.plan.reflections.flatMap((id) => {
      const found = pool.find((reflection) => reflection.id === id);
      return found ? [shownOf(found)] : [];
    }),
  };
}

/** What a moment holds otherwise than the plan of its step was shown, in sentences. @param step from 1 */
export function differencesOf(moment: Moment, episode: Episode, step: number, pool: readonly Reflection[]): string[] {
  const shown = episode.steps[step - 1]?.plan.reflections ?? [];
  const lessons = shown.filter((id) => id !== SUMMARY);
  const lost = lessons.length - moment.reflections.length;
  const edited = moment.reflections.filter(({ id }) => pool.some((entry) => entry.id === id && entry.edited));
  return [
    ...(lessons.length < shown.length
      ? ["The plan was shown counts of all visits until then, which are not kept: the moment is without them."]
      : []),
    ...(lost > 0
      ? [`${lost} of ${lessons.length} reflections that were shown are no longer in the pool: they are left out.`]
      : []),
    ...(edited.length > 0
      ? [`${edited.map(({ id }) => id).join(", ")}: edited since, or before; the moment holds the text as it is now.`]
      : []),
  ];
}
