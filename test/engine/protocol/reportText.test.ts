import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvText, markdownText, visibleText } from "../../../src/protocol/reportText.ts";

const FORMULAS = [
  "=1+1",
  "+cmd|' /C calc'!A0",
  "-2+3",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "\n=1",
  "＝1+1",
  "=1;2",
  '=HYPERLINK("x")',
];

describe("a CSV cell", () => {
  it("is no formula, and comes back with an apostrophe", () => {
    for (const text of FORMULAS) {
      const cell = csvText(text);
      expect(cell).toMatch(/^"?'/);
      expect(parse(`${cell}\n`)).toEqual([[`'${text.replace("\r", "\n")}`]]);
    }
  });

  it("that is a number stays one", () => {
    for (const text of ["-0.5", "+3", "-1e-7", "0", "12"]) expect(csvText(text)).toBe(text);
    expect(csvText("-Infinity")).toBe("'-Infinity");
  });

  it("is one cell for every separator, whatever it holds", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary-ascii" }), { minLength: 2, maxLength: 4 }), (texts) => {
        for (const delimiter of [",", ";", "\t"]) {
          const [cells = []] = parse(texts.map(csvText).join(delimiter), { delimiter, relax_column_count: true });
          expect(cells.map((cell: string) => cell.replace(/^'/, ""))).toEqual(
            texts.map((text) => visibleText(text.replace(/\r\n?/g, "\n").replace(/^'/, ""))),
          );
        }
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});

describe("text in a report", () => {
  it("hides nothing: what nobody would see is written out, joined emoji stay", () => {
    expect(visibleText("a\u200bb\u00adc\ufeffd\u{e0041}\u3164\u2800\u034f")).toBe(
      "a\\u200bb\\u00adc\\ufeffd\\udb40\\udc41\\u3164\\u2800\\u034f",
    );
    expect(visibleText("👩\u200d🔬 ❤\ufe0f می\u200cخواهم")).toBe("👩\u200d🔬 ❤\ufe0f می\u200cخواهم");
    expect(csvText("a\u001b[31mb\r\nc")).toBe('"a\\u001b[31mb\nc"');
  });

  it("makes no markup, image, address or mention", () => {
    const shown = markdownText("![i](https://a.example) <b> @team &#64;team `x` www.a.example\n# b | c & \u202e");
    expect(shown).toBe(
      "![i\\](https\\://a.example) \\<b> @\u2060team \\&#64;team \\`x\\` www\\.a.example # b \\| c & \\\\u202e",
    );
  });

  it("steers no terminal; JSON stays the same JSON", () => {
    const value = { "\u001b[31m\u009b2J": "\u202e\r\n\u0007\u007f" };
    const shown = visibleText(JSON.stringify(value));
    expect(shown).not.toMatch(/[^\n\x20-\x7e]/);
    expect(JSON.parse(shown)).toEqual(value);
    expect(visibleText("Zürich, 北京\tok\n")).toBe("Zürich, 北京\tok\n");
  });
});
