import { expect, test } from "vitest";
import { experimentJsonSchema, experimentSchema } from "../../../../src/protocol/experiment.ts";
import { settingsInForce } from "../../../../src/protocol/settingsInForce.ts";
import { settingsOf, unsavedDrafts, withDraft } from "../../../../webview/studio/thresholds/drafts.ts";

const schema = experimentJsonSchema();
const experiment = experimentSchema.parse({});

test("nothing to save or apply without drafts", () => {
  const settings = settingsOf(schema, experiment, {}, experiment);
  expect(settings.toSave).toEqual([]);
  expect(settings.toApply).toEqual([]);
});

test("a draft is saved by its own path and applied as the whole quit rule", () => {
  const drafts = withDraft({}, "simulator.quit.repeatCost", 3, 1);
  const settings = settingsOf(schema, experiment, drafts, experiment);
  expect(settings.toSave).toEqual([{ path: "simulator.quit.repeatCost", value: 3 }]);
  expect(settings.toApply).toEqual([
    { path: "simulator.quit", value: { ...experiment.simulator.quit, repeatCost: 3 } },
  ]);
});

test("a draft set back to the file's value is none", () => {
  const drafts = withDraft({ "reflections.k": 5 }, "reflections.k", 3, 3);
  expect(drafts).toEqual({});
  expect(
    unsavedDrafts({ "reflections.k": 5, "reflections.alpha": 1 }, experimentSchema.parse({ reflections: { k: 5 } })),
  ).toEqual({
    "reflections.alpha": 1,
  });
});

test("settings that only a new run takes are named, not applied", () => {
  const settings = settingsOf(schema, experiment, { "simulator.slateSize": 4 }, experiment);
  expect(settings.toApply).toEqual([]);
  expect(settings.nextRunOnly).toEqual(["Slate size (K)"]);
  expect(settings.toSave).toEqual([{ path: "simulator.slateSize", value: 4 }]);
});

test("another quit rule is saved and applied whole, with its own defaults", () => {
  const settings = settingsOf(schema, experiment, { "simulator.quit.rule": "window" }, experiment);
  const rule = { rule: "window", window: 10, maxRepeats: 0, maxTurns: 30, categories: "primary" };
  expect(settings.toSave).toEqual([{ path: "simulator.quit", value: rule }]);
  expect(settings.toApply).toEqual([{ path: "simulator.quit", value: rule }]);
  expect(settings.inFile("simulator.quit.window")).toBeUndefined();
});

test("a run that was changed live differs from the file until it is changed back", () => {
  const at = { iteration: 3, userSteps: 720 };
  const inForce = settingsInForce(experiment, [
    { ...at, type: "change", path: "reflections.k", from: 3, to: 7 },
    { ...at, type: "change", path: "planner.prompt", from: "a", to: "b" },
  ]);
  const settings = settingsOf(schema, experiment, {}, inForce);
  expect(settings.running("reflections.k")).toBe(7);
  expect(settings.toApply).toEqual([{ path: "reflections.k", value: 3 }]);
  expect(settings.toSave).toEqual([]);
});
