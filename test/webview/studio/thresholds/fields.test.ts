import { expect, test } from "vitest";
import { experimentJsonSchema } from "../../../../src/protocol/experiment.ts";
import { fieldGroups, numberProblem, sliderScale } from "../../../../webview/studio/thresholds/fields.ts";

const schema = experimentJsonSchema();
const fieldsOf = (rule: "temper" | "window") => fieldGroups(schema, rule).flatMap(({ fields }) => fields);

test("every setting of both rules is found in the schema, with range, unit and description", () => {
  expect(fieldsOf("temper").map(({ path }) => path)).toContain("simulator.quit.repeatCost");
  expect(fieldsOf("window").map(({ path }) => path)).toContain("simulator.quit.maxTurns");
  for (const field of [...fieldsOf("temper"), ...fieldsOf("window")]) {
    expect(field.description, field.path).not.toBe("");
    if (field.kind === "number") expect(field.maximum, field.path).toBeLessThan(1e9);
  }
  expect(fieldsOf("temper")).toHaveLength(7 + 5 + 2 + 2 + 6);
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

test("numbers out of range are said to be", () => {
  const k = fieldsOf("temper").find(({ path }) => path === "reflections.k");
  if (k?.kind !== "number") throw new Error("reflections.k is a number");
  expect(numberProblem(k, 2.5)).toBe("Enter a whole number.");
  expect(numberProblem(k, 21)).toBe("Enter 0 to 20.");
  expect(numberProblem(k, Number.NaN)).toBe("Enter a number.");
});
