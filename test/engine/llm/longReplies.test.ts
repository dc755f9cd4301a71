/** Replies without an end, as small models write them in JSON mode: reading them must not hold up everything else. */
import { describe, expect, it } from "vitest";
import { readReflection } from "../../../src/engine/critic/readReflection.ts";
import { jsonValues } from "../../../src/engine/llm/structured.ts";
import { spoken } from "../../../src/engine/llm/thoughts.ts";
import { PlanParser } from "../../../src/engine/planner/planParsing.ts";
import { smallDataset } from "../simulator/smallWorld.ts";

const parser = new PlanParser(smallDataset().categories);

const replies: readonly (readonly [string, (length: number) => string])[] = [
  ["line breaks", (n) => `{${"\n".repeat(n)}`],
  ["blanks before a plan", (n) => `Plan${" ".repeat(n)}x {"categories":[10,11]}`],
  ["blanks behind a plan", (n) => `[10,11] is${" ".repeat(n)}x`],
  ["brackets that are never closed", (n) => "[ x ".repeat(n / 4)],
  ["braces that are never closed", (n) => "{ x ".repeat(n / 4)],
  ["lists in a list that is never closed", (n) => `[${"[1],".repeat(n / 4)}`],
  ["thoughts that are never closed", (n) => `</think>${"<think>".repeat(n / 7)}`],
  ["stars", (n) => "*".repeat(n)],
  ["quotation marks", (n) => '"'.repeat(n)],
  ["lists whose ends stand in quotation marks", (n) => '["]"'.repeat(n / 4)],
  ["lists that braces close", (n) => `${"[".repeat(n / 2)}${"}".repeat(n / 2)}x`],
  ["an entry of blanks", (n) => `{"categories":["a:${" ".repeat(n)}x"]}`],
];

describe("a reply of 60,000 characters", () => {
  it.each(replies)("of %s is read at once", (_, write) => {
    const reply = write(60_000);
    const began = performance.now();
    spoken(reply);
    jsonValues(reply);
    parser.parse(reply, "stop");
    readReflection(reply, "stop");
    // By the square of the length these took from 9 s to minutes.
    expect(performance.now() - began).toBeLessThan(4000);
  });
});
