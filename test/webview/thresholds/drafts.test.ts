import { expect, test } from "vitest";
import { experimentJsonSchema, experimentSchema } from "../../../src/protocol/experiment.ts";
import { settingsInForce } from "../../../src/protocol/settingsInForce.ts";
import { settingsView, unsavedDrafts, withDraft } from "../../../webview/studio/thresholds/drafts.ts";
import { fieldGroups, numberProblem, sliderScale } from "../../../webview/studio/thresholds/fields.ts";

const schema = experimentJsonSchema();
const experiment = experimentSchema.parse({});
const fieldsOf = (rule: "temper" | "window") => fieldGroups(schema, rule).flatMap(({ fields }) => fields);

test("every setting of both rules is found in the schema, with range, unit and description", () => {
  expect(fieldsOf("temper").map(({ path }) => path)).toContain("simulator.quit.repeatCost");
  expect(fieldsOf("window").map(({ path }) => path)).toContain("simulator.quit.maxTurns");
  for (const field of [...fieldsOf("temper"), ...fieldsOf("window")]) {
    expect(field.description, field.path).not.toBe("");
    if (field.kind === "number") expect(field.maximum, field.path).toBeLessThan(1e9);
  }
  expect(fieldsOf("temper")).toHaveLength(7 + 4 + 2 + 2 + 6);
  const capacity = fieldsOf("temper").find(({ path }) => path === "reflections.capacity");
  expect(capacity).toMatchObject({ kind: "number", minimum: 1, maximum: 10_000, live: true });
});

test("sliders reach both ends and give back every value they are set to", () => {
  for (const field of fieldsOf("temper")) {
    if (field.kind !== "number") continue;
    const scale = sliderScale(field);
    expect(scale.toValue(scale.minimum), field.path).toBe(field.minimum);
    expect(scale.toValue(scale.maximum), field.path).toBe(field.maximum);
    for (let i = 0; i <= 20; i++) {
      const value = scale.toValue(scale.minimum + ((scale.maximum - scale.minimum) * i) / 20);
      expect(numberProblem(field, value), `${field.path} ${value}`).toBeUndefined();
    }
  }
});

test("nothing to save or apply without drafts", () => {
  const view = settingsView(schema, experiment, {}, experiment);
  expect(view.toSave).toEqual([]);
  expect(view.toApply).toEqual([]);
});

test("a draft is saved by its own path and applied as the whole quit rule", () => {
  const drafts = withDraft({}, "simulator.quit.repeatCost", 3, 1);
  const view = settingsView(schema, experiment, drafts, experiment);
  expect(view.toSave).toEqual([{ path: "simulator.quit.repeatCost", value: 3 }]);
  expect(view.toApply).toEqual([{ path: "simulator.quit", value: { ...experiment.simulator.quit, repeatCost: 3 } }]);
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
  const view = settingsView(schema, experiment, { "simulator.slateSize": 4 }, experiment);
  expect(view.toApply).toEqual([]);
  expect(view.nextRunOnly).toEqual(["Slate size (K)"]);
  expect(view.toSave).toEqual([{ path: "simulator.slateSize", value: 4 }]);
});

test("another quit rule is saved and applied whole, with its own defaults", () => {
  const view = settingsView(schema, experiment, { "simulator.quit.rule": "window" }, experiment);
  const rule = { rule: "window", window: 10, maxRepeats: 0, maxTurns: 30, categories: "primary" };
  expect(view.toSave).toEqual([{ path: "simulator.quit", value: rule }]);
  expect(view.toApply).toEqual([{ path: "simulator.quit", value: rule }]);
  expect(view.inFile("simulator.quit.window")).toBeUndefined();
});

test("a run that was changed live differs from the file until it is changed back", () => {
  const at = { iteration: 3, userSteps: 720 };
  const inForce = settingsInForce(experiment, [
    { ...at, type: "change", path: "reflections.k", from: 3, to: 7 },
    { ...at, type: "change", path: "planner.prompt", from: "a", to: "b" },
  ]);
  const view = settingsView(schema, experiment, {}, inForce);
  expect(view.running("reflections.k")).toBe(7);
  expect(view.toApply).toEqual([{ path: "reflections.k", value: 3 }]);
  expect(view.toSave).toEqual([]);
});

test("numbers out of range are said to be", () => {
  const k = fieldsOf("temper").find(({ path }) => path === "reflections.k");
  if (k?.kind !== "number") throw new Error("reflections.k is a number");
  expect(numberProblem(k, 2.5)).toBe("Enter a whole number.");
  expect(numberProblem(k, 21)).toBe("Enter 0 to 20.");
  expect(numberProblem(k, Number.NaN)).toBe("Enter a number.");
});
