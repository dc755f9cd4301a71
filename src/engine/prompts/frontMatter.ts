/** The settings at the head of a prompt file: who the prompt is for, and what a request is made with. */
import * as z from "zod";
import { PromptHead } from "../../protocol/promptHead.ts";
import { promptRoles } from "../../protocol/promptRole.ts";
import type { PromptText, Span } from "../../protocol/promptText.ts";
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

/** The settings, or what is wrong with them. */
export type CheckedFrontMatter =
  | { readonly value: FrontMatter; readonly problems: readonly [] }
  | { readonly value?: undefined; readonly problems: readonly Problem[] };

export function checkFrontMatter({ text, head: span }: PromptText): CheckedFrontMatter {
  if (!span) {
    const message =
      'the file must begin with a block between two lines "---" that names its role, for example "role: planner"';
    const firstLine = text.indexOf("\n");
    return { problems: [problem(message, { begin: 0, end: firstLine < 0 ? text.length : firstLine })] };
  }
  const head = new PromptHead(text, span);
  if (head.errors.length > 0) return { problems: head.errors.map((error) => problem(error.message, error)) };
  const { alias } = head;
  if (alias) return { problems: [problem("aliases are not available here; write the value itself", alias)] };
  const parsed = frontMatterSchema.safeParse(head.values());
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => invalid(issue, head)) };
  const run = variablesOf(parsed.data.role);
  const clashes = Object.keys(parsed.data.variables).filter((name) => run.has(name) && !run.get(name)?.yields);
  if (clashes.length === 0) return { value: parsed.data, problems: [] };
  return {
    problems: clashes.map((name) =>
      problem(
        `variables.${name}: the run fills in "${name}" itself; choose another name`,
        head.spanOf(["variables", name]),
      ),
    ),
  };
}

/** Keys that are named, of any number that are not known. */
const MOST_PROBLEMS = 20;

function invalid(issue: z.core.$ZodIssue, head: PromptHead): readonly Problem[] {
  if (issue.code !== "unrecognized_keys") {
    return [problem(`${issue.path.join(".") || "front matter"}: ${issue.message}`, head.spanOf(issue.path))];
  }
  return issue.keys
    .slice(0, MOST_PROBLEMS)
    .map((key) =>
      problem(
        `"${key}" is not known here; allowed are role, model, temperature, maxTokens, variables`,
        head.spanOf(issue.path, key),
      ),
    );
}

function problem(message: string, { begin, end }: Span): Problem {
  return { severity: "error", code: "prompt.front-matter", message, begin, end };
}
