/** docs/results.md, its blocks, and the list of tables: neither knows one that the other does not. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import type { Shell } from "../../../results/lerl.ts";
import { blocksOf, withBlock } from "../../../results/page.ts";
import { measuringOf } from "../../../results/results.ts";
import { dataSets, tables } from "../../../results/tables.ts";
import { runCommand } from "../../../src/engine/commands/run.ts";
import { suiteCommand } from "../../../src/engine/commands/suite.ts";
import { userModelCommand } from "../../../src/engine/commands/userModel.ts";

const root = resolve(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/results.md"), "utf8");

/** The commands of the indented lines. */
const commandsIn = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/^ {4}lerl (.*)$/gm)].map(([, words = ""]) => words.split(" "));

/** What is wrong with a command, by the command line's own list of commands and options. */
function problemsOf(words: readonly string[]): readonly string[] {
  let [command, rest]: [Command | undefined, readonly string[]] = [undefined, words];
  let among: readonly Command[] = [runCommand(), suiteCommand(), userModelCommand()];
  for (; among.length > 0; among = command?.commands ?? []) {
    const [name = "", ...others] = rest;
    command = among.find((one) => one.name() === name);
    if (!command) return [`${words.join(" ")}: there is no ${name}`];
    rest = others;
  }
  const [file = "", ...options] = rest;
  const known = new Set(command?.options.map(({ long }) => long));
  return [
    ...(existsSync(join(root, file)) ? [] : [`${words.join(" ")}: ${file} is not there`]),
    ...options.filter((word) => word.startsWith("--") && !known.has(word)),
  ];
}

describe("docs/results.md", () => {
  it("has a block for every table, and a table for every block", () => {
    expect([...blocksOf(page, "docs/results.md").keys()].sort()).toEqual(tables.map(({ name }) => name).sort());
  });

  it("names commands that exist, in the page as in what fills it", async () => {
    const shell: Shell = { root, cli: "", signal: new AbortController().signal };
    const data = Object.fromEntries(dataSets.map((name) => [name, `/data/${name}`]));
    const made = await Promise.all(tables.map((table) => measuringOf(table, { ...shell, data })));
    const commands = [...made.flatMap((table) => table.commands), ...commandsIn(page)];
    expect(commands.length).toBeGreaterThanOrEqual(2 * tables.length);
    expect(commands.flatMap(problemsOf)).toEqual([]);
  });
});

const begin = (name: string): string => `<!-- results: ${name} -->`;
const end = "<!-- /results -->";

describe("a block", () => {
  const text = ["# Page", begin("a"), "old", end, "between", begin("b"), end, "last", ""].join("\n");

  it("is replaced, and nothing else is", () => {
    const filled = withBlock(text, "page.md", "b", "    new\nlines\n");
    expect(filled).toBe(text.replace(`${begin("b")}\n`, `${begin("b")}\n\n    new\nlines\n\n`));
    expect(withBlock(filled, "page.md", "b", "    new\nlines")).toBe(filled);
  });

  it.each([
    ["without end", [begin("a"), "table", begin("b"), end], 'page.md:1: the block "a" has no end before the next.'],
    ["without end, the last", ["words", begin("a")], 'page.md:2: the block "a" has no end.'],
    ["without beginning", ["words", "more", end], `page.md:3: "${end}" ends a block that was not begun.`],
    ["twice", [begin("a"), end, begin("a"), end], 'page.md:3: there are two blocks "a".'],
    ["misspelt", ["", "<!-- results baselines -->", end], 'page.md:2: "<!-- results baselines -->" is no marker.'],
    ["behind other words", [begin("a"), `table ${end}`], `page.md:2: "table ${end}" is no marker.`],
  ])("%s is an error that says where", (_, lines, message) => {
    expect(() => blocksOf(lines.join("\n"), "page.md")).toThrow(message);
  });

  it("that is not there is an error that says what to write", () => {
    expect(() => withBlock(text, "page.md", "c", "new")).toThrow(`Put "${begin("c")}" and "${end}"`);
  });
});
