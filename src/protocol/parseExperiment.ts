/** Reads an experiment file: JSON with comments in, the whole document or a list of problems out. No I/O. */
import {
  createScanner,
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type * as z from "zod";
import { type Experiment, experimentSchema } from "./experiment.ts";

export interface DocumentProblem {
  /** JSON path, for example `simulator.quit.repeatCost`; empty for the whole document. */
  readonly path: string;
  readonly message: string;
  /** 0-based range in the text. */
  readonly offset: number;
  readonly length: number;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

export type ParsedDocument<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

export const parseExperiment = (text: string): ParsedDocument<Experiment> => parseDocument(text, experimentSchema);

/** Parses JSON with comments and checks it against a schema. */
export function parseDocument<S extends z.ZodType>(text: string, schema: S): ParsedDocument<z.output<S>> {
  // A byte order mark, as some editors write it, is no part of the document; a space in its place keeps positions.
  return parseMarked(text.replace(/^\uFEFF/, " "), schema);
}

function parseMarked<S extends z.ZodType>(text: string, schema: S): ParsedDocument<z.output<S>> {
  const deep = tooDeep(text);
  if (deep !== undefined) return { ok: false, problems: [nestingProblem(text, deep)] };
  const syntax: ParseError[] = [];
  const root = parseTree(text, syntax, { allowTrailingComma: true });
  if (!root || syntax.length > 0) {
    const found = syntax.length > 0 ? syntax : [{ error: 4, offset: 0, length: 0 } as ParseError];
    return { ok: false, problems: found.slice(0, MOST_FOUND).map((error) => syntaxProblem(text, error)) };
  }
  const parsed = schema.safeParse(jsonValue(root));
  if (parsed.success) return { ok: true, value: parsed.data };
  const found = parsed.error.issues.slice(0, MOST_FOUND).flatMap((issue) => schemaProblems(text, root, issue));
  return { ok: false, problems: found.slice(0, MOST_FOUND).sort((a, b) => a.offset - b.offset) };
}

/** Problems whose place is looked for: a file of another kind has any number. */
const MOST_FOUND = 100;

/** Problems that are told at once; a file of another kind has thousands. */
const MOST_TOLD = 20;

/** Characters of a path that are told. */
const MOST_OF_PATH = 200;

/** Characters of an unknown key: enough for any name of ours misspelt, and little of a file of another kind. */
const MOST_OF_KEY = 40;

/** `file:line:column: path: message`, one per line. */
export function formatProblems(file: string, problems: readonly DocumentProblem[]): string {
  const more = problems.length - MOST_TOLD;
  return [
    ...problems
      .slice(0, MOST_TOLD)
      .map(
        ({ line, column, path, message }) =>
          `${file}:${line}:${column}: ${path ? `${brief(path, MOST_OF_PATH)}: ` : ""}${message}`,
      ),
    ...(more > 0 ? [`${file}: and ${problems.length < MOST_FOUND ? "" : "at least "}${more} more problems`] : []),
  ].join("\n");
}

/** A problem at a JSON path of a document's text; where the path is absent, at the nearest thing that contains it. */
export function problemAt(text: string, path: readonly (string | number)[], message: string): DocumentProblem {
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (root) return locate(text, root, path, message);
  return { path: path.join("."), message, offset: 0, length: text.length, ...position(text, 0) };
}

/** Lists and objects inside each other; no document of ours comes near. */
const DEEPEST = 100;

/** The offset at which a text nests too deeply: parsers recurse, and would end at the end of the stack. */
export function tooDeep(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  // The end has a length of its own where a comment before it has no end.
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const token = text[scanner.getTokenOffset()];
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    if (depth > DEEPEST) return scanner.getTokenOffset();
  }
  return undefined;
}

function nestingProblem(text: string, offset: number): DocumentProblem {
  const message = `Lists and objects are nested more than ${DEEPEST} deep; no setting is.`;
  return { path: "", message, offset, length: 1, ...position(text, offset) };
}

function syntaxProblem(text: string, { error, offset, length }: ParseError): DocumentProblem {
  const name = printParseErrorCode(error)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  // Of a file of another kind, to which a path may have led, nothing is quoted.
  const found = /^\s*\{/.test(text) ? text.slice(offset, offset + Math.min(length, 20)) : "";
  return {
    path: "",
    message:
      text.trim() === ""
        ? "The file is empty; expected a JSON object."
        : `Not valid JSON: ${name}${found ? ` at "${found}"` : ""}.`,
    offset,
    length,
    ...position(text, offset),
  };
}

function schemaProblems(text: string, root: Node, issue: z.core.$ZodIssue): DocumentProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, MOST_FOUND).map((key) => {
      const named = brief(key, MOST_OF_KEY);
      const message = `unknown setting "${named}". Remove it or correct its name.`;
      const path = [...issue.path.map(String), named].join(".");
      return { ...locate(text, root, [...issue.path, key], message, true), path };
    });
  }
  const node = nodeAt(root, issue.path);
  const value = node && jsonValue(node);
  // A number that is too large for any number of ours, and would be told as null.
  const isTooLarge = node && Math.abs(Number(value)) === Number.POSITIVE_INFINITY;
  const told = isTooLarge ? text.slice(node.offset, node.offset + node.length) : JSON.stringify(value);
  const found = node ? `${shown(issue, told)} is not allowed` : "missing";
  return [locate(text, root, issue.path, `${found}; ${expectation(issue)}`)];
}

const brief = (name: string, most: number): string => (name.length > most ? `${name.slice(0, most - 1)}…` : name);

/** The beginning of a value. An address may hold a password or a key, and a message may be kept. */
function shown({ path }: z.core.$ZodIssue, value: string): string {
  return path.at(-1) === "baseUrl" || /@|:\/\//.test(value) ? "the value" : value.slice(0, 60);
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "too_small":
      return `expected ${measured(issue.origin)} ${issue.inclusive ? ">=" : ">"} ${issue.minimum}.`;
    case "too_big":
      return `expected ${measured(issue.origin)} ${issue.inclusive ? "<=" : "<"} ${issue.maximum}.`;
    case "invalid_type":
      return `expected ${article(issue.expected)}.`;
    case "invalid_value":
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}.`;
    case "invalid_union":
      return "discriminator" in issue && issue.discriminator
        ? `expected a known "${String(issue.discriminator)}"${
            "options" in issue && Array.isArray(issue.options)
              ? `: ${issue.options
                  .filter((option) => option !== undefined)
                  .map(String)
                  .join(", ")}`
              : ""
          }.`
        : "it fits none of the allowed forms.";
    default:
      return `${issue.message}.`;
  }
}

const article = (type: string): string =>
  ({
    int: "a whole number",
    number: "a number",
    string: "a text",
    array: "a list",
    object: "an object",
    boolean: "true or false",
    record: "an object",
  })[type] ?? type;

/** A number by its value, a text or a list by its length. */
const measured = (type: string): string =>
  type === "string" || type === "array" ? `${article(type)} of length` : article(type);

function locate(
  text: string,
  root: Node,
  path: readonly PropertyKey[],
  message: string,
  onKey = false,
): DocumentProblem {
  let node: Node | undefined;
  for (let depth = path.length; depth >= 0 && !node; depth--) node = nodeAt(root, path.slice(0, depth));
  const key = onKey ? node?.parent?.children?.[0] : undefined;
  const { offset, length } = key ?? node ?? root;
  return { path: path.map(String).join("."), message, offset, length, ...position(text, offset) };
}

const nodeAt = (root: Node, path: readonly PropertyKey[]): Node | undefined =>
  findNodeAtLocation(
    root,
    path.map((segment) => (typeof segment === "symbol" ? String(segment) : segment)),
  );

function jsonValue(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(jsonValue);
  if (node.type !== "object") return node.value;
  return Object.fromEntries(
    (node.children ?? []).map(({ children: [key, value] = [] }) => [key?.value, value && jsonValue(value)]),
  );
}

function position(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0 && end < offset; end = text.indexOf("\n", start)) {
    line++;
    start = end + 1;
  }
  return { line, column: offset - start + 1 };
}
