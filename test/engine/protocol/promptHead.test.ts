import fc from "fast-check";
import { expect, it } from "vitest";
import { PromptHead } from "../../../src/protocol/promptHead.ts";
import type { Span } from "../../../src/protocol/promptText.ts";

const read = (text: string) => new PromptHead(text, { begin: 0, end: text.length });
const at = (text: string, { begin, end }: Span): string => text.slice(begin, end);

it("gives role and variables of a head that is not finished", () => {
  const text = "role: critic\ntemperature: [\nvariables:\n  tone: dry\n  next:\n";
  const head = read(text);
  expect(head.role).toBe("critic");
  expect(read("role: planer").role).toBeUndefined();
  expect(read("variables:\n  tone: dry\n  next:\n").variables.map(({ name, value }) => [name, value])).toEqual([
    ["tone", "dry"],
    ["next", ""],
  ]);
});

it("knows where everything stands, whatever the line ends", () => {
  const text = "role: planner\nmodel: &m a\nvariables:\n  tone: dry\n  size: [1\n".replaceAll("\n", "\r\n");
  const head = read(text);
  expect(head.variables.map(({ key }) => at(text, key))).toEqual(["tone", "size"]);
  expect(at(text, head.spanOf(["variables", "tone"]))).toBe("dry");
  expect(at(text, head.spanOf(["variables"], "tone"))).toBe("tone");
  expect(at(text, head.spanOf(["temperature"]))).toBe(at(text, head.spanOf([])));
  expect(head.errors[0]?.begin).toBeGreaterThan(text.indexOf("[1"));
  const aliased = "role: &r planner\r\nmodel: *r";
  expect(at(aliased, read(aliased).alias ?? { begin: 0, end: 0 })).toBe("*r");
});

it("reads any text without complaint", () => {
  const piece = fc.constantFrom(
    ...[
      "role",
      ": ",
      "planner",
      "variables",
      "\n",
      "\r\n",
      "  ",
      "- ",
      "[",
      "{",
      "&a",
      "*a",
      "!!js",
      '"',
      "?",
      "|",
      "#",
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
      const text = pieces.join("");
      const head = read(text);
      for (const { begin, end } of [
        ...head.variables.map(({ key }) => key),
        head.spanOf(["role"]),
        head.alias ?? head,
      ]) {
        expect(begin).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThanOrEqual(begin);
        expect(end).toBeLessThanOrEqual(text.length);
      }
      for (const { begin, end } of head.errors) expect(end).toBeGreaterThanOrEqual(begin);
    }),
  );
});
