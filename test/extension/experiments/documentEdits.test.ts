import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentEdits } from "../../../src/extension/experiments/documentEdits.ts";
import { applyReplacements, withLineEnds } from "../../../src/extension/platform/textEdits.ts";
import { parseExperiment } from "../../../src/protocol/parseExperiment.ts";

const experiment = `{
  // Why this experiment exists.
  "name": "Words", // shown in the tree
  "simulator": {
    "slateSize": 6,
    "quit": { "rule": "temper", "repeatCost": 1 /* the paper's */ },
  },
  "reflections": { "k": 3, "alpha": 0.5 }
}
`;

describe("documentEdits", () => {
  it("touches the value only", () => {
    expect(documentEdits(experiment, [{ path: "simulator.quit.repeatCost", value: 2.5 }])).toEqual([
      { offset: experiment.indexOf("1 /*"), length: 1, text: "2.5" },
    ]);
  });

  it("keeps comments and everything between two changes", () => {
    const edits = documentEdits(experiment, [
      { path: "reflections.alpha", value: 0.25 },
      { path: "simulator.slateSize", value: 8 },
    ]);
    expect(edits).toHaveLength(2);
    expect(edits[0]?.offset).toBeLessThan(edits[1]?.offset ?? 0);
    const edited = applyReplacements(experiment, edits);
    expect(edited).toBe(experiment.replace("0.5", "0.25").replace('"slateSize": 6', '"slateSize": 8'));
  });

  it("adds settings that are not there, with the objects around them", () => {
    const edited = applyReplacements(
      experiment,
      documentEdits(experiment, [
        { path: "planner.provider", value: "openai" },
        { path: "planner.model", value: "llama3.1:8b" },
        { path: "ppo.learningRates.action", value: 0.001 },
      ]),
    );
    const parsed = parseExperiment(edited);
    expect(parsed.ok && parsed.value).toMatchObject({
      planner: { provider: "openai", model: "llama3.1:8b" },
      ppo: { learningRates: { action: 0.001 } },
      simulator: { quit: { repeatCost: 1 } },
    });
    expect(edited).toContain("// shown in the tree");
    expect(edited).toContain("/* the paper's */");
  });

  it("removes a setting", () => {
    const edited = applyReplacements(
      experiment,
      documentEdits(experiment, [{ path: "reflections.k", value: undefined }]),
    );
    expect(edited).toContain('"reflections": {\n    "alpha": 0.5\n  }');
    expect(edited.startsWith(experiment.slice(0, experiment.indexOf('"reflections"')))).toBe(true);
  });

  it("has nothing to do where the value stands already", () => {
    expect(documentEdits(experiment, [{ path: "simulator.slateSize", value: 6 }])).toEqual([]);
    expect(documentEdits(experiment, [{ path: "planner.model", value: undefined }])).toEqual([]);
  });

  it("keeps the document's line ends and indentation", () => {
    const tabs = withLineEnds('{\n\t"name": "x"\n}\n', "\r\n");
    const edited = applyReplacements(tabs, documentEdits(tabs, [{ path: "seed", value: 4 }], "\r\n"));
    expect(edited).toBe('{\r\n\t"name": "x",\r\n\t"seed": 4\r\n}\r\n');
  });

  it("ends where applying the changes one after the other ends", () => {
    const paths = [
      "seed",
      "simulator.slateSize",
      "reflections.k",
      "reflections.alpha",
      "planner.replanEvery",
      "ppo.gamma",
    ];
    const change = fc.record({ path: fc.constantFrom(...paths), value: fc.option(fc.nat(9), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
        const together = applyReplacements(experiment, documentEdits(experiment, changes));
        const inTurn = changes.reduce((text, one) => applyReplacements(text, documentEdits(text, [one])), experiment);
        expect(together).toBe(inTurn);
      }),
    );
  });
});
