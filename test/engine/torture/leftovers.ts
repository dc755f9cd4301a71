/** What a workspace holds after a command, as far as it is the same however often the command was killed. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

type Json = Record<string, unknown>;

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
const rows = (text: string): Json[] => lines(text).map((line) => JSON.parse(line) as Json);

const isWhole = (line: string): boolean => {
  try {
    return JSON.parse(line) !== undefined;
  } catch {
    return false;
  }
};

const without = (document: Json, ...names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)));

/** In any order, each once. */
const asSet = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();

const CLOCK = ["id", "uid", "startedAt", "endedAt", "activeSeconds"] as const;

/** What of a file is compared, by its name; everything else byte for byte. */
const compared: Readonly<Record<string, (text: string) => unknown>> = {
  "run.json": (text) => without(JSON.parse(text), ...CLOCK),
  "trial.json": (text) => withoutTimes(JSON.parse(text)),
  // Rates depend on the clock.
  "timing.jsonl": (text) => rows(text).map((row) => without(row, "values")),
  // A run that goes on says so.
  "events.jsonl": (text) => rows(text).filter(({ type }) => type !== "resumed"),
  // Calls are made again where the process died before their answer was kept.
  "llm.jsonl": (text) => asSet(rows(text).map(({ id, key, reply }) => JSON.stringify([id, key, reply]))),
  "prompts.jsonl": (text) => asSet(lines(text)),
  // Many processes share it: a torn line stays where it is, and is dropped on reading.
  "answers.jsonl": (text) => asSet(lines(text).filter(isWhole)),
  // Visits end in the order in which models answer.
  "sessions.jsonl": (text) => asSet(lines(text)),
  // Counts rows of the clock's.
  "manifest.json": (text) => without(JSON.parse(text), "origin"),
};

/** A trial says when, how long, and how fast. */
function withoutTimes(document: Json): Json {
  const { result, base, ...record } = without(document, ...CLOCK);
  const { contenders = [], ...rest } = (result ?? {}) as { contenders?: Json[] };
  const timeless = contenders.map((one) => without(one, "latencyMs", "calls", "tokens", "cost"));
  return { ...record, base: without((base ?? {}) as Json, "run"), result: { ...rest, contenders: timeless } };
}

/** Belongs to processes, to the version of a file before, or to the times of files. */
const isPassing = (file: string): boolean =>
  basename(file).startsWith("lock.json") ||
  basename(file) === "file-hashes.json" ||
  file.endsWith(".tmp") ||
  file.endsWith(".bak");

/**
 * Files below a folder by what is compared of them; drawn names of trials are left out of their paths.
 * @param but names that are left out
 */
export function leftovers(folder: string, but: readonly string[] = []): ReadonlyMap<string, unknown> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => !isPassing(file) && !but.includes(basename(file)) && statSync(join(folder, file)).isFile())
    .sort();
  return new Map(
    files.map((file) => {
      const bytes = readFileSync(join(folder, file)).toString("latin1").replaceAll(folder, "/workspace");
      const content = compared[basename(file)]?.(Buffer.from(bytes, "latin1").toString("utf8"));
      const name = file.replace(/(trials\/)[^/]+/, "$1one");
      return [name, content ?? createHash("sha256").update(bytes).digest("hex")];
    }),
  );
}
