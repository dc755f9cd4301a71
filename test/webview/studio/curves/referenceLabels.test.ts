import fc from "fast-check";
import { expect, test } from "vitest";
import { placedLabels } from "../../../../webview/studio/curves/referenceLabels.ts";

const space = { top: 0, left: 0, right: 300, widthOf: (label: string) => 6 * label.length };

test("the names of lines close to one another stand side by side", () => {
  const lines = [
    { label: "random", line: 150 },
    { label: "random in plan", line: 146 },
    { label: "round robin", line: 148 },
  ];
  expect(placedLabels(lines, space).map(({ label, middle, right }) => [label, middle, right])).toEqual([
    ["random", 143, 300],
    ["random in plan", 139, 254],
    ["round robin", 155, 300],
  ]);
});

test("no two names overlap, and none leaves the chart", () => {
  const line = fc.record({ label: fc.string({ minLength: 1, maxLength: 20 }), line: fc.integer({ min: 0, max: 160 }) });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 7 }), (lines) => {
      const placed = placedLabels(lines, space);
      for (const [i, a] of placed.entries()) {
        expect(a.right - space.widthOf(a.label)).toBeGreaterThan(space.left);
        for (const b of placed.slice(0, i)) {
          const apart =
            Math.abs(a.middle - b.middle) >= 11 ||
            a.right <= b.right - space.widthOf(b.label) ||
            b.right <= a.right - space.widthOf(a.label);
          expect(apart).toBe(true);
        }
      }
    }),
  );
});
