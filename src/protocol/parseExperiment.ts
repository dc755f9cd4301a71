/** Reads an experiment file: JSON with comments in, the whole document or a list of problems out. No I/O. */
import {
  createScanner,
  findNodeAtLocation,
  getNodePath,
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

/** A document of another kind is one problem. */
export function parseExperiment(text: string): ParsedDocument<Experiment> {
  const parsed = parseDocument(text, experimentSchema);
  if (parsed.ok) return parsed;
  const places = new Map(parsed.problems.map((problem) => [problem.path, problem]));
  const kind = otherKinds.find(({ settings }) => settings.every((path) => places.has(path)));
  const place = kind && places.get(kind.settings[0]);
  return place ? { ok: false, problems: [{ ...place, path: "", message: kind.message }] } : parsed;
}

/** By settings that no experiment has. */
const otherKinds = [
  { settings: ["variants", "experiment"], message: "This is a suite, not an experiment: lerl suite run <file>." },
  {
    settings: ["contenders", "base"],
    message: "This is a trial, not an experiment. Name it *.trial.json, then: lerl trial <file>.",
  },
] as const;

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
  const keys = [...lostKeys(root)].slice(0, MOST_FOUND).map((lost) => keyProblem(text, lost));
  if (keys.length > 0) return { ok: false, problems: keys };
  const parsed = schema.safeParse(jsonValue(root));
  if (parsed.success) return { ok: true, value: parsed.data };
  const issues = parsed.error.issues.slice(0, MOST_FOUND);
  const found = issues.filter(saysMore).flatMap((issue) => schemaProblems(text, root, issue));
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

/** A key that would count for nothing; `twin`: the one before it in its object that has its name. */
interface LostKey {
  readonly key: Node;
  readonly twin?: Node | undefined;
}

/** Of two keys of a name one would win in silence, and `__proto__` is dropped where names are free. */
function* lostKeys({ type, children = [] }: Node): Generator<LostKey> {
  const seen = new Map<unknown, Node>();
  for (const child of children) {
    const [key, value] = type === "object" ? (child.children ?? []) : [undefined, child];
    const twin = seen.get(key?.value);
    if (key && (twin || key.value === "__proto__")) yield { key, twin };
    if (key) seen.set(key.value, key);
    if (value) yield* lostKeys(value);
  }
}

function keyProblem(text: string, { key, twin }: LostKey): DocumentProblem {
  const { offset, length } = key;
  const path = getNodePath(key).map((segment) => brief(String(segment), MOST_OF_KEY));
  const named = path.at(-1) ?? "";
  const place = { offset, length, ...position(text, offset) };
  if (!twin) return { path: path.join("."), message: unknownSetting(named), ...place };
  const { line } = position(text, twin.offset);
  return { path: "", message: `"${named}" stands here and in line ${line}. Remove one of the two.`, ...place };
}

const unknownSetting = (named: string): string => `unknown setting "${named}". Remove it or correct its name.`;

/** Where something else is wrong already, its size says nothing: of no list, or of no whole number. */
function saysMore(issue: z.core.$ZodIssue, i: number, issues: readonly z.core.$ZodIssue[]): boolean {
  if (issue.code !== "too_small" && issue.code !== "too_big") return true;
  const place = issue.path.join(".");
  return !issues.slice(0, i).some(({ code, path }) => code !== "unrecognized_keys" && path.join(".") === place);
}

function schemaProblems(text: string, root: Node, issue: z.core.$ZodIssue): DocumentProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, MOST_FOUND).map((key) => {
      const named = brief(key, MOST_OF_KEY);
      const path = [...issue.path.map(String), named].join(".");
      return { ...locate(text, root, [...issue.path, key], unknownSetting(named), true), path };
    });
  }
  const node = nodeAt(root, issue.path);
  const value = node && jsonValue(node);
  // As it stands there: a number may be larger than any of ours.
  const told = node?.type === "number" ? text.slice(node.offset, node.offset + node.length) : JSON.stringify(value);
  const found = node ? `${shown(issue, told)} is not allowed` : "missing";
  const isList = issue.code === "invalid_type" && issue.expected === "array";
  const whole = isList && isByPlace(value) ? " Give the whole list." : "";
  return [locate(text, root, issue.path, `${found}; ${expectation(issue)}${whole}`)];
}

/** What a path with a number makes where no list has that place (overrides.ts). */
const isByPlace = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).every((key) => /^\d+$/.test(key));

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
        : alternatives(issue.errors);
    default:
      return `${issue.message}.`;
  }
}

/** What a value of several simple forms may be: `expected true or false or "auto".` */
function alternatives(forms: readonly (readonly z.core.$ZodIssue[])[]): string {
  const expected = forms.map(([issue, ...more]) => {
    const isSimple = issue && more.length === 0 && issue.path.length === 0;
    return isSimple ? /^expected (.*)\.$/.exec(expectation(issue))?.[1] : undefined;
  });
  return expected.includes(undefined) ? "it fits none of the allowed forms." : `expected ${expected.join(" or ")}.`;
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
