import { expect, test } from "vitest";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { legendEntries, settingsDifference } from "../../../webview/studio/curves/lines.ts";
import { referenceLines } from "../../../webview/studio/curves/references.ts";
import { describeEvent, type ToldEvent, withPromptTexts } from "../../../webview/studio/curves/timeline.ts";
import { EDITED_PLANNER_TEXT, PLANNER_TEXT, runRecord } from "../support/fakeData.ts";

const at = { iteration: 34, userSteps: 8160 };

test("a changed prompt, recorded by hashes, is told by its lines", () => {
  const event: ToldEvent = { ...at, type: "change", path: "planner.prompt", from: "a1", to: "b2" };
  const version = { role: "planner" as const, file: "planner.lerl.md", since: 0 };
  const told = withPromptTexts(event, [
    { ...version, hash: "a1", text: PLANNER_TEXT },
    { ...version, hash: "b2", text: EDITED_PLANNER_TEXT },
  ]);
  const { title, detail, lines } = describeEvent(told);
  expect(title).toBe("Planner prompt changed");
  expect(detail).toBe("2 lines added, 1 removed");
  expect(lines.at(-1)).toBe("+ Keep one category the user clicked before.");
  // Without the texts, the hashes are all there is to tell.
  expect(describeEvent(withPromptTexts({ ...event }, [])).detail).toBe("a1 → b2");
});

test("a changed rule names what changed in it, old and new", () => {
  const event: ToldEvent = {
    ...at,
    type: "change",
    path: "simulator.quit",
    from: { rule: "temper", repeatCost: 1, window: 1 },
    to: { rule: "temper", repeatCost: 2, window: 1 },
  };
  expect(describeEvent(event).detail).toBe("repeatCost 1 → 2");
  expect(describeEvent({ ...at, type: "change", path: "reflections.k", from: 3, to: 5 }).detail).toBe("3 → 5");
});

test("references: measured policies, and the paper's numbers only in the paper's setting", () => {
  const rows = [{ policy: "random" as const, iteration: 0, tInt: 17.3, rCum: 6, rSin: 0.35, sessions: 200 }];
  const run = (experiment: unknown) => runRecord("a", { experiment: experimentSchema.parse(experiment) });
  const kuairand = { dataset: { kind: "kuairand", path: "data" } };
  expect(referenceLines("rCum", rows, run({}))).toEqual([{ label: "random", value: 6 }]);
  expect(referenceLines("evalRCum", rows, run(kuairand)).at(-1)).toEqual({ label: "paper", value: 12.284 });
  expect(referenceLines("tInt", rows, run({ ...kuairand, simulator: { slateSize: 5 } }))).toHaveLength(1);
  expect(referenceLines("policyLoss", rows, run(kuairand))).toEqual([]);
});

test("runs are named with what sets them apart, and grouped when that is the seed alone", () => {
  const first = runRecord("a", { experiment: experimentSchema.parse({}) });
  const costly = runRecord("b", {
    experiment: experimentSchema.parse({ simulator: { quit: { rule: "temper", repeatCost: 2 } } }),
  });
  const seed = runRecord("c", { experiment: experimentSchema.parse({ seed: 9 }), seed: 9 });
  expect(settingsDifference(costly, first)).toBe("quit.repeatCost 2");
  expect(settingsDifference(seed, first)).toBe("seed 9");
  expect(
    legendEntries([first, costly, seed], ["b"], true).map(({ key, runs, hidden }) => [key, runs.length, hidden]),
  ).toEqual([
    ["a", 2, false],
    ["b", 1, true],
  ]);
  expect(legendEntries([first, costly, seed], [], false)).toHaveLength(3);
});
