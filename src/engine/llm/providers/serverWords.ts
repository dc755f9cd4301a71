/** What a server says of an error, in its own words: short, of one line, without what it was sent. */
import { shortLine } from "../excerpt.ts";

/** Words of a prompt that a server repeats are told by so many characters in a row. */
const ECHO = 24;
const MOST_READ = 4000;
/** Lists inside lists that are looked into. */
const DEPTH = 5;

/** Parts of an error, however the server wraps it. */
export interface ServerWords {
  readonly text: string;
  /** What the error calls itself: codes, types, states. */
  readonly codes: string;
  /** Fields of the request that it names apart from the text. */
  readonly fields: readonly string[];
  /** A status inside the body, where it is another than the answer's. */
  readonly status?: number;
  /** Tokens that the server counted in the prompt (llama.cpp). */
  readonly promptTokens?: number;
}

/**
 * @param body of the answer: `{error}`, `[{error}]`, `{detail}`, `{message}`, a text, a web page
 * @param sent the messages of the request: what of them comes back is left out
 */
export function serverWords(body: string, sent: readonly { readonly content: string }[] = []): ServerWords {
  const value = parsed(body);
  const found = value === undefined ? { text: plainText(body), codes: "", fields: [] } : wordsOf(value);
  return { ...found, text: shortLine(withoutEcho(found.text, sent), MOST_READ) };
}

/** The error inside an answer that claims success; undefined where there is none. */
export function errorInside(value: unknown): unknown {
  const outer = Array.isArray(value) && value.length > 0 ? value[0] : value;
  if (!isRecord(outer)) return undefined;
  if (outer.error !== undefined && outer.error !== null && outer.error !== false && outer.error !== "") return outer;
  return outer.object === "error" || outer.type === "error" ? outer : undefined;
}

export function wordsOf(value: unknown): ServerWords {
  const outer = Array.isArray(value) && value.length > 0 ? value[0] : value;
  if (typeof outer === "string") return { text: outer, codes: "", fields: [] };
  if (!isRecord(outer)) return { text: "", codes: "", fields: [] };
  const error = [outer.error, outer.message, outer.detail].find(isRecord) ?? outer;
  const { metadata } = error;
  const raw = isRecord(metadata) && typeof metadata.raw === "string" ? metadata.raw : undefined;
  const said = [
    outer.error,
    error.message,
    error.msg,
    error.detail,
    outer.detail,
    outer.message,
    outer.errors,
    error.title,
  ]
    .map((part) => textOf(part))
    .find((text) => text !== "");
  const codes = [error.code, error.type, error.status, outer.type, outer.code, reasonsOf(error.details)].flat();
  const statuses = [error.code, error.status, outer.code].filter(isWord).map(Number);
  const status = statuses.find((code) => code >= 400 && code < 600);
  return {
    text: raw === undefined ? (said ?? "") : `${said ?? ""}: ${raw}`,
    codes: codes.filter((code) => typeof code === "string").join(" "),
    fields: fieldsOf(error, outer),
    ...(status !== undefined && { status }),
    ...(typeof error.n_prompt_tokens === "number" && { promptTokens: error.n_prompt_tokens }),
  };
}

/** A text, a list of `{loc, msg}` as FastAPI writes it, or a list of `{message}`. */
function textOf(value: unknown, depth = DEPTH): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value) || depth === 0) return "";
  return value
    .map((entry) => {
      if (!isRecord(entry)) return textOf(entry, depth - 1);
      const place = placesOf(entry).map((words) => `${words.filter((part) => part !== "body").join(".")}: `);
      return `${place.join("")}${textOf(entry.msg ?? entry.message ?? entry.detail, depth - 1)}`;
    })
    .join("; ");
}

function fieldsOf(error: Readonly<Record<string, unknown>>, outer: Readonly<Record<string, unknown>>): string[] {
  const lists = [error.detail, outer.detail, error.errors, outer.errors].filter(Array.isArray).flat();
  const places = lists.filter(isRecord).flatMap((entry) => placesOf(entry).map((words) => words.join(".")));
  return [error.param, outer.param, ...places].filter((field) => typeof field === "string");
}

/** Where FastAPI found a fault, word by word; none where it does not say. */
const placesOf = ({ loc }: Readonly<Record<string, unknown>>): (string | number)[][] =>
  Array.isArray(loc) ? [loc.filter(isWord)] : [];

/** What can be written out as it is; lists and objects may have no end. */
const isWord = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number";

/** Google's details, such as `API_KEY_INVALID`. */
const reasonsOf = (details: unknown): unknown[] =>
  Array.isArray(details) ? details.map((detail) => (isRecord(detail) ? detail.reason : undefined)) : [];

/** The title of a web page; of anything else its first line with words. */
function plainText(body: string): string {
  const text = body.slice(0, MOST_READ).trim();
  if (!isPage(text)) return text.split("\n").find((line) => line.trim() !== "") ?? "";
  const [, title = ""] = /<title[^>]*>([\s\S]*?)<\/title>/i.exec(text) ?? /<h1[^>]*>([\s\S]*?)<\/h1>/i.exec(text) ?? [];
  const words = title.replace(/<[^>]*>/g, "").trim();
  return words === "" ? "a web page" : `a web page titled "${words}"`;
}

export const isPage = (text: string): boolean => /^\s*(?:<!doctype html|<html|<head|<body|<\?xml)/i.test(text);

function withoutEcho(text: string, sent: readonly { readonly content: string }[]): string {
  const words = text.slice(0, MOST_READ);
  const repeated = echoes(words, sent.map(({ content }) => content).join("\n"));
  let kept = "";
  for (let at = 0; at < words.length; ) {
    if (!repeated.has(at)) {
      kept += words[at++];
      continue;
    }
    let end = at + ECHO;
    for (let next = at + 1; next <= end; next++) if (repeated.has(next)) end = next + ECHO;
    kept += "[prompt]";
    at = end;
  }
  return kept;
}

/** Where words begin that stand in a prompt too; also as it stands in the body that was sent. */
function echoes(words: string, prompt: string): ReadonlySet<number> {
  const places = new Map<string, number[]>();
  for (let at = 0; at + ECHO <= words.length; at++) {
    const part = words.slice(at, at + ECHO);
    const same = places.get(part);
    if (same) same.push(at);
    else places.set(part, [at]);
  }
  const repeated = new Set<number>();
  for (const text of [prompt, JSON.stringify(prompt)]) {
    for (let at = 0; at + ECHO <= text.length && places.size > 0; at++) {
      const part = text.slice(at, at + ECHO);
      for (const place of places.get(part) ?? []) repeated.add(place);
      places.delete(part);
    }
  }
  return repeated;
}

/** `16,384` as `16384`. */
export const plainNumbers = (text: string): string => text.replace(/(\d),(?=\d{3}\b)/g, "$1");

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
