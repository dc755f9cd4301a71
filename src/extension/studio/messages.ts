/**
 * What the page sends, checked before anything is done with it: the page shows texts of models and files, so its messages
 * are taken for what they hold, not for what they claim to be.
 */
import * as z from "zod";
import { promptRoles } from "../../protocol/promptRole.ts";
import type { StudioRequests, StudioToHost } from "../../protocol/studio.ts";

/** Longest prompt, in characters: beyond it a model is not asked with it anyway. */
const LONGEST_PROMPT = 4_000_000;
/** Largest file to save, in characters: 8 series of 100,000 points as CSV stay far below it. */
const LARGEST_FILE = 200_000_000;

const runId = z.string().min(1).max(200);
const runIds = z.array(runId).max(200);
const role = z.enum(promptRoles);
const text = z.string().max(LONGEST_PROMPT);
const count = z.int().min(0).max(1_000_000_000);
const cursor = z.int().min(-1);
const change = z.strictObject({
  path: z
    .string()
    .max(300)
    .regex(/^[A-Za-z_]\w*(\.[\w-]+)*$/),
  /** A message cannot carry `undefined`: an absent value is one. */
  value: z.unknown().optional(),
});
const changes = z.array(change).min(1).max(200);
const nothing = z.strictObject({});
const oneRun = z.strictObject({ runId });
const promptVersion = z.strictObject({ role, hash: z.string().max(200), runId });

const requests: { readonly [M in keyof StudioRequests]: z.ZodType } = {
  ready: nothing,
  editDocument: z.strictObject({ changes }),
  editPrompt: z.strictObject({ role, text, version: z.int() }),
  openPrompt: z.strictObject({ role, line: count.optional() }),
  createPrompt: z.strictObject({ role }),
  openText: nothing,
  promptHistory: z.strictObject({ role }),
  diffPrompt: promptVersion,
  restorePrompt: promptVersion,
  renderPrompt: z.strictObject({ role, runId: runId.optional(), user: count.optional(), step: count.optional() }),
  run: z.strictObject({ seed: z.int().min(0).max(0xffff_ffff).optional() }),
  pause: oneRun,
  resume: oneRun,
  stop: oneRun,
  apply: z.strictObject({ runId, changes }),
  connectModel: nothing,
  slice: z.strictObject({ runId, cursor: z.strictObject({ metrics: cursor, timing: cursor, events: cursor }) }),
  follow: z.strictObject({ runIds }),
  episodes: z.strictObject({
    runId,
    order: z.enum(["latest", "best", "worst"]),
    user: z.string().max(1000).optional(),
    limit: z.int().min(1).max(10_000),
  }),
  episode: z.strictObject({ runId, episode: z.string().max(200) }),
  rerunStep: z.strictObject({ runId, episode: z.string().max(200), step: count, promptText: text.optional() }),
  compare: z.strictObject({ runIds }),
  diffRuns: z.strictObject({ role, left: runId, right: runId }),
  openReport: z.strictObject({ runIds }),
  saveFile: z.strictObject({
    name: z.string().min(1).max(200),
    content: z.string().max(LARGEST_FILE),
    encoding: z.enum(["utf8", "base64"]),
  }),
  restartEngine: nothing,
  manageTrust: nothing,
  openSettings: z.strictObject({ query: z.string().max(300) }),
};

const envelope = z.strictObject({
  kind: z.literal("request"),
  id: z.int().min(0),
  method: z.string().max(100),
  params: z.unknown(),
});

export type Incoming =
  | { readonly ok: true; readonly message: StudioToHost }
  /** Without an id nobody can be answered. */
  | { readonly ok: false; readonly id?: number; readonly reason: string };

export function readMessage(raw: unknown): Incoming {
  const outer = envelope.safeParse(raw);
  if (!outer.success) return { ok: false, reason: "The page sent something that is no request." };
  const { id, method, params } = outer.data;
  if (!Object.hasOwn(requests, method)) return { ok: false, id, reason: `The Studio has no request "${method}".` };
  const parsed = requests[method as keyof StudioRequests].safeParse(params);
  if (parsed.success)
    return { ok: true, message: { kind: "request", id, method, params: parsed.data } as StudioToHost };
  const [issue] = parsed.error.issues;
  const place = [method, ...(issue?.path ?? [])].map(String).join(".");
  return { ok: false, id, reason: `The request cannot be taken: ${place}: ${issue?.message ?? "not allowed"}.` };
}
