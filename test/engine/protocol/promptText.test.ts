import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPromptText } from "../../../src/protocol/promptText.ts";
import { anyText } from "./promptTexts.ts";

interface Part {
  readonly name: string;
  readonly text: string;
}

/** docs/prompts.md, line by line: a head between two lines `---`, sections from `# system` and `# user` on. */
function partsByTheRules(text: string): readonly Part[] {
  const lines = text.split("\n");
  const isFence = (line: string | undefined): boolean => line !== undefined && /^---[ \t]*$/.test(line);
  const closing = isFence(lines[0]) ? lines.findIndex((line, i) => i > 0 && isFence(line)) : -1;
  const parts = closing > 0 ? [{ name: "head", lines: lines.slice(1, closing) }] : [];
  for (const line of lines.slice(closing + 1)) {
    const role = /^# (system|user)[ \t]*$/.exec(line)?.[1];
    if (role !== undefined) parts.push({ name: role, lines: [] });
    else if (parts.at(-1)?.name !== "head") parts.at(-1)?.lines.push(line);
  }
  return parts.map((part) => ({ name: part.name, text: part.lines.join("\n") }));
}

function partsOf(text: string): readonly Part[] {
  const { head, sections } = readPromptText(text);
  return [
    ...(head ? [{ name: "head", text: text.slice(head.begin, head.end) }] : []),
    ...sections.map(({ role, template, end }) => ({
      name: role,
      text: text
        .slice(template.begin, template.end)
        .replace(/^\n/, "")
        .replace(end < text.length ? /\n$/ : "", ""),
    })),
  ];
}

const withFences = fc.oneof(
  anyText,
  fc.tuple(anyText, anyText).map(([head, body]) => `---\n${head}\n---\n${body}`),
);

describe("a prompt's text", () => {
  it("is cut by the rules of docs/prompts.md, whatever it holds", () => {
    fc.assert(
      fc.property(withFences, (text) => {
        expect(partsOf(text)).toEqual(partsByTheRules(text));
      }),
      {
        numRuns: 500,
        examples: [
          ["---\n---\n"],
          ["---\n---"],
          ["---\n\n---\n# user"],
          ["---\n---\nx\n---\n# system\na\n# system \n"],
        ],
      },
    );
  });

  it("has the same parts with every kind of line end", () => {
    fc.assert(
      fc.property(withFences, fc.constantFrom("\r\n", "\r"), (text, lineEnd) => {
        const other = text.replaceAll("\n", lineEnd);
        const places = (read: string): unknown =>
          JSON.parse(
            JSON.stringify({ ...readPromptText(read), text: undefined }, (key, value: unknown) =>
              key === "begin" || key === "end" ? read.slice(0, Number(value)).replace(/\r\n?/g, "\n").length : value,
            ),
          );
        expect(places(other)).toEqual(places(text));
      }),
      { numRuns: 500 },
    );
  });

  it("covers its sections without a gap, each with its heading and its template", () => {
    fc.assert(
      fc.property(withFences, (text) => {
        const { body, sections } = readPromptText(text);
        expect(body.end).toBe(text.length);
        for (const [i, { begin, end, heading, template }] of sections.entries()) {
          expect(end).toBe(sections[i + 1]?.begin ?? body.end);
          expect([heading.begin, heading.end, template.end]).toEqual([begin, template.begin, end]);
        }
      }),
    );
  });
});
