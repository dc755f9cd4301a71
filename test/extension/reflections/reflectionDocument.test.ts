import { describe, expect, it } from "vitest";
import { reflectionMarkdown } from "../../../src/extension/reflections/reflectionDocument.ts";
import { episode, reflection } from "./fixtures.ts";

describe("a reflection as a document", () => {
  it("shows the session step by step with names for ids", () => {
    const markdown = reflectionMarkdown({
      runName: "Quickstart",
      reflection: reflection("r1", { score: 0.5, timesSampled: 1 }),
      session: { episode: episode("e1"), calls: [], categoryNames: { 2: "Music", 5: "Sport" } },
    });
    expect(markdown).toContain("# Reflection r1");
    expect(markdown).toContain("| Shown to the planner | once |");
    expect(markdown).toContain("User u7 · 1 step · R_cum 0.50 · R_sin 0.50 · the user left");
    expect(markdown).toContain("| 1 | Music, Sport | 1 of 2 | 0.50 | 3.00 | repeats |");
    expect(markdown).toContain("| 1 | i1 | Music | click | 75% |");
    expect(markdown).toContain("| 2 | i2 | 9 | – | 20% |");
  });

  it("says so where the session is gone, and shows text as text", () => {
    const markdown = reflectionMarkdown({
      runName: "a | b",
      reflection: reflection("r1", { text: "<script>x</script>\n# Heading {{ step }}" }),
    });
    expect(markdown).toContain("is not in the run's log");
    expect(markdown).not.toContain("<script>");
    expect(markdown).not.toMatch(/^# Heading/m);
    expect(markdown).toContain("| Run | a \\| b |");
  });
});
