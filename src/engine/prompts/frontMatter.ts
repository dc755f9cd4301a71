/** The YAML block at the head of a prompt file: who the prompt is for, and what a request is made with. */
import { type Document, isMap, isScalar, parseDocument, visit } from "yaml";
import * as z from "zod";
import { promptRoles } from "../../protocol/promptRole.ts";
import { variablesOf } from "../../protocol/promptVariables.ts";
import type { Problem } from "./diagnostics.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);

export const frontMatterSchema = z.strictObject({
  role: z.enum(promptRoles),
  model: z.string().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  maxTokens: z.int().min(1).max(100_000).optional(),
  /** The prompt's own variables and their values. */
  variables: z.record(z.string().regex(/^[A-Za-z_]\w*$/), scalar).default({}),
});
export type FrontMatter = z.output<typeof frontMatterSchema>;

export interface FrontMatterBlock {
  /** Absent: it holds problems. */
  readonly value?: FrontMatter;
  readonly problems: readonly Problem[];
  /** Offset of the text after the closing fence. */
  readonly end: number;
}

const FENCES = /^---[ \t]*\n(?:([\s\S]*?)\n)??---[ \t]*(?:\n|$)/;

/** @param text with \n line ends only */
export function readFrontMatter(text: string): FrontMatterBlock {
  const match = FENCES.exec(text);
  if (!match) {
    const message =
      'the file must begin with a block between two lines "---" that names its role, for example "role: planner"';
    const firstLine = text.indexOf("\n");
    return { problems: [problem(message, 0, firstLine < 0 ? text.length : firstLine)], end: 0 };
  }
  const source = match[1] ?? "";
  const offset = text.indexOf("\n") + 1;
  const end = match[0].length;
  const document = parseDocument(source, { prettyErrors: false, schema: "core" });
  if (document.errors.length > 0) {
    const problems = document.errors.map((e) => problem(firstLineOf(e.message), offset + e.pos[0], offset + e.pos[1]));
    return { problems, end };
  }
  const whole: readonly [number, number] = [0, source.length];
  const locate = (path: readonly PropertyKey[], key?: string): readonly [number, number] => {
    const node = key === undefined ? document.getIn(path, true) : keyNode(document.getIn(path, true), key);
    const range = isRanged(node) ? node.range : undefined;
    if (range) return [range[0], range[1]];
    return path.length > 0 ? locate(path.slice(0, -1)) : whole;
  };
  const report = (message: string, [from, to]: readonly [number, number]) =>
    problem(message, offset + from, offset + to);

  const alias = aliasIn(document);
  if (alias) return { problems: [report("aliases are not available here; write the value itself", alias)], end };
  const parsed = frontMatterSchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) =>
            report(
              `"${key}" is not known here; allowed are role, model, temperature, maxTokens, variables`,
              locate(issue.path, key),
            ),
          )
        : [report(`${issue.path.join(".") || "front matter"}: ${issue.message}`, locate(issue.path))],
    );
    return { problems, end };
  }
  const taken = variablesOf(parsed.data.role);
  const clashes = Object.keys(parsed.data.variables).filter((name) => taken.has(name));
  const problems = clashes.map((name) =>
    report(`variables.${name}: the run fills in "${name}" itself; choose another name`, locate(["variables", name])),
  );
  return problems.length > 0 ? { problems, end } : { value: parsed.data, problems, end };
}

/** Where the first alias is: a few of them can grow a small block to any size. */
function aliasIn(document: Document): readonly [number, number] | undefined {
  let range: readonly [number, number] | undefined;
  visit(document, {
    Alias(_, { range: found }) {
      range = found ? [found[0], found[1]] : [0, 0];
      return visit.BREAK;
    },
  });
  return range;
}

function problem(message: string, begin: number, end: number): Problem {
  return { severity: "error", code: "prompt.front-matter", message, begin, end };
}

function firstLineOf(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}

function isRanged(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}

function keyNode(map: unknown, key: string): unknown {
  return isMap(map) ? map.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.key : undefined;
}
