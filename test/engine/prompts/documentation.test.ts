import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { diagnose, parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import { fidelitySwitches } from "../../../src/protocol/experiment/fidelity.ts";
import { liquidFilters, liquidTags } from "../../../src/protocol/promptSyntax.ts";
import { type PromptVariableField, promptVariables } from "../../../src/protocol/promptVariables.ts";

const page = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
const part = (text: string, name: string): string =>
  (text.split(`<!-- ${name} -->`)[1]?.split(`<!-- /${name} -->`)[0] ?? "").trim();

/** Rows of a variable and of its fields, as they are written in a template. */
function rowsOf(path: string, { type, meaning, fields = [] }: PromptVariableField, roles: string): string[] {
  const own = `| \`${path}\` | ${type} | ${roles} | ${meaning} |`;
  return [own, ...fields.flatMap((field) => rowsOf(`${path}[].${field.name}`, field, ""))];
}

const variableTable = (): string =>
  [
    "| variable | type | prompts | meaning |",
    "|---|---|---|---|",
    ...promptVariables.flatMap((variable) => rowsOf(variable.name, variable, variable.roles.join(", "))),
  ].join("\n");

const words = (entries: readonly { readonly name: string }[]): string =>
  entries.map(({ name }) => `\`${name}\``).join(", ");

it("docs/prompts.md holds the table of variables that rendering and the editor use", () => {
  expect(part(page("prompts.md"), "variables")).toBe(variableTable());
});

it("docs/prompts.md names the tags and filters there are", () => {
  const text = `Tags: ${words(liquidTags)}.\n\nFilters: ${words(liquidFilters)}.`;
  expect(part(page("prompts.md"), "syntax")).toBe(text);
});

it("the example of docs/prompts.md is a prompt", () => {
  const [, example = ""] = /```markdown\n([\s\S]*?)```/.exec(page("prompts.md")) ?? [];
  expect(parsePrompt("example.lerl.md", example).role).toBe("planner");
});

it("the examples share one planner prompt and one critic prompt", () => {
  const text = (example: string, role: string): string =>
    readFileSync(new URL(`../../../examples/${example}/${role}.lerl.md`, import.meta.url), "utf8");
  for (const role of ["planner", "critic"]) expect(text("kuairand", role)).toBe(text("quickstart", role));
});

it("every shipped prompt can be used as it is, and shows no plan that could be copied", () => {
  for (const name of ["planner", "planner-paper", "critic"]) {
    const text = readFileSync(new URL(`../../../examples/quickstart/${name}.lerl.md`, import.meta.url), "utf8");
    expect(diagnose(text)).toEqual([]);
    expect(text).not.toMatch(/\[\s*["\d]/);
  }
});

it("docs/fidelity.md holds every switch with both its choices, in the schema's order", () => {
  const rows = [...page("fidelity.md").matchAll(/^\| `(\w+)` \| `([\w-]+)` \| `([\w-]+)` \|/gm)];
  expect(rows.map(([, name, paper, reference]) => [name, [paper, reference]])).toEqual(
    Object.entries(fidelitySwitches),
  );
});
