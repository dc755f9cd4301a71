/** Moments files: read, and added to without touching what stands in them. */
import { readFile } from "node:fs/promises";
import { applyEdits, modify } from "jsonc-parser";
import { type Moment, type Moments, parseMoments } from "../../protocol/moments.ts";
import { formatProblems } from "../../protocol/parseExperiment.ts";
import type { Episode, Reflection } from "../../protocol/run.ts";
import { InputError, messageOf } from "../errors.ts";
import { isMissing, replaceFile } from "../store/files.ts";

/** Beside the experiment: `quickstart.moments.json` for `quickstart.lerl.json`. */
export const momentsFileOf = (experimentFile: string): string =>
  `${experimentFile.replace(/(\.lerl)?\.json$/, "")}.moments.json`;

/** @param shown the path as it was given. @throws InputError with file, line and path of what is wrong */
export async function readMoments(file: string, shown = file): Promise<Moments> {
  return parsed(await readText(file, shown), shown);
}

/** Adds a moment at the end; comments and the order of what is there stay. @throws InputError */
export async function appendMoment(file: string, moment: Moment): Promise<Moments> {
  const text = await readText(file, file).catch((error: unknown) => {
    if (error instanceof InputError && isMissing(error.cause)) return EMPTY;
    throw error;
  });
  const { moments } = parsed(text, file);
  const edits = modify(text, ["moments", moments.length], moment, {
    formattingOptions: { insertSpaces: true, tabSize: 2, eol: "\n" },
  });
  const added = applyEdits(text, edits);
  const all = parsed(added, file);
  await replaceFile(file, added);
  return all;
}

const EMPTY = '{\n  "moments": []\n}\n';

function parsed(text: string, file: string): Moments {
  const document = parseMoments(text);
  if (document.ok) return document.value;
  throw new InputError("moments.invalid", formatProblems(file, document.problems));
}

async function readText(file: string, shown: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new InputError(
      "moments.missing",
      `${shown}: cannot be read (${messageOf(error)}). Keep a moment first: lerl moments keep.`,
      {
        cause: error,
      },
    );
  }
}

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
      return found ? [{ id, text: found.text, score: found.score }] : [];
    }),
  };
}
