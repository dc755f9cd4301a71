/**
 * What the page may ask with. It shows texts of models and files, so its messages are taken for what they hold, not for
 * what they claim to be: everything has a length.
 */

import * as z from "zod/mini";
import { episodeOrders } from "../engine/sessions.ts";
import { SETTING_PATH } from "../jsonPath.ts";
import type { RunId } from "../run/runId.ts";
import { promptRoleSchema } from "../run.ts";

/** Longest prompt, in characters: beyond it a model is not asked with it anyway. */
const LONGEST_PROMPT = 4_000_000;
/** Largest file to save, in characters: 8 series of 100,000 points as CSV stay far below it. */
const LARGEST_FILE = 200_000_000;

const textUpTo = (length: number) => z.string().check(z.maxLength(length));
const nameUpTo = (length: number) => z.string().check(z.minLength(1), z.maxLength(length));

export const name = nameUpTo(200);
export const hash = textUpTo(200);
export const runId: z.ZodMiniType<RunId> = nameUpTo(200);
export const runIds = z.array(runId).check(z.maxLength(200));
export const episodeId = textUpTo(200);
export const promptText = textUpTo(LONGEST_PROMPT);
/** A number of something, or a place in a list. */
export const count = z.int().check(z.minimum(0), z.maximum(1_000_000_000));

const change = z.strictObject({
  path: z.string().check(z.maxLength(300), z.regex(SETTING_PATH)),
  /** A message cannot carry `undefined`: an absent value is one. */
  value: z.optional(z.unknown()),
});
export const changes = z.array(change).check(z.minLength(1), z.maxLength(200));

export const nothing = z.strictObject({});
export const oneRun = z.strictObject({ runId });
export const someRuns = z.strictObject({ runIds });
export const onePrompt = z.strictObject({ role: promptRoleSchema });
export const promptVersion = z.strictObject({ role: promptRoleSchema, hash, runId });

/** Name of a folder under .lerl/trials: never a path. */
export const trialId = z.string().check(z.maxLength(200), z.regex(/^[^/\\.][^/\\]*$/));
export const oneTrial = z.strictObject({ id: trialId });

export const seed = z.int().check(z.minimum(0), z.maximum(0xffff_ffff));

export const episodeQuery = z.strictObject({
  runId,
  order: z.enum(episodeOrders),
  user: z.exactOptional(textUpTo(1000)),
  limit: z.int().check(z.minimum(1), z.maximum(10_000)),
});

export const file = z.strictObject({
  name: nameUpTo(200),
  content: textUpTo(LARGEST_FILE),
  encoding: z.enum(["utf8", "base64"]),
});

export const settingsQuery = z.strictObject({ query: textUpTo(300) });
