import { describe, expect, it } from "vitest";
import { asItWas, settingsOfThen, withoutLaterSettings } from "../../../src/protocol/experiment/laterSettings.ts";
import { commaFormat } from "../../../src/protocol/experiment/tables.ts";
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import { parseExperiment } from "../../../src/protocol/parseExperiment.ts";

function experimentOf(text: string): unknown {
  const parsed = parseExperiment(text);
  if (!parsed.ok) throw new Error("not parsed");
  return parsed.value;
}

/** A data set as a record before version 8 holds it. */
const table = {
  kind: "csv",
  interactions: { path: "log.csv", user: "user", item: "item", feedback: ["is_click"] },
  items: { path: "items.csv", item: "item", categories: "categories", separator: "|" },
};

describe("settings that came later", () => {
  it("are left out where they are as it was, and nothing else is", () => {
    const old = experimentOf('{"models": {"unusableShare": 1}, "evaluation": {"modelSessions": 0}}');
    const rest = withoutLaterSettings(old);
    expect(valueAt(rest, "models.unusableShare")).toBeUndefined();
    expect(valueAt(rest, "evaluation.modelSessions")).toBeUndefined();
    expect(asItWas(rest)).toEqual(old);
  });

  it("leave a run of before its uncalibrated clicks, and a run of today what its mode says", () => {
    const today = experimentOf("{}");
    expect(valueAt(today, "simulator.calibrated")).toBe("auto");
    expect(valueAt(asItWas(today), "simulator.calibrated")).toBe("auto");
    const before = asItWas({ simulator: { responseModel: { kind: "trained" } } });
    expect(valueAt(before, "simulator")).toEqual({
      calibrated: false,
      itemTags: "primary",
      responseModel: { kind: "trained", exposure: "logged", minRows: 25 },
    });
    // What decides clicks otherwise has no log to weigh.
    expect(valueAt(asItWas({ simulator: { responseModel: { kind: "auto" } } }), "simulator.responseModel")).toEqual({
      kind: "auto",
    });
  });

  it("leave a run of before its comma-separated tables, and a run of today what it finds", () => {
    const today = experimentOf(JSON.stringify({ dataset: table }));
    expect(valueAt(today, "dataset.items.format.delimiter")).toBe("auto");
    expect(asItWas(today)).toEqual(today);
    const before = asItWas({ dataset: table });
    expect(valueAt(before, "dataset")).toEqual({
      ...table,
      interactions: { ...table.interactions, format: commaFormat },
      items: { ...table.items, format: commaFormat },
      nullWords: ["NaN", "nan"],
      mayDrop: 1,
      matching: "exact",
    });
    const parsed = experimentOf(JSON.stringify(before));
    expect(valueAt(withoutLaterSettings(parsed), "dataset")).toEqual(table);
  });

  it.each([
    [{}, []],
    [{ kind: "synthetic" }, []],
    [{ kind: "kuairand", path: "." }, ["dataset.mayDrop"]],
    [{ kind: "kuairec", path: "." }, ["dataset.mayDrop"]],
  ])("say nothing of tables to other data sets: %j", (dataset, paths) => {
    const settings = settingsOfThen({ dataset }, 7).map(({ path }) => path);
    expect(settings.filter((path) => path.startsWith("dataset."))).toEqual(paths);
  });

  it("stay where they are not", () => {
    const policy = { clickLoss: 3, clickLabels: "truth", warmStart: 1, tableScale: 0.1, state: "session" };
    const reflections = { sampling: "uniform", show: "counts" };
    const others = { models: { unusableShare: 0.5 }, evaluation: { modelSessions: 7 } };
    const later = experimentOf(JSON.stringify({ ...others, policy, reflections }));
    expect(withoutLaterSettings(later)).toEqual(later);
    const format = { ...commaFormat, header: false };
    const tables = {
      ...table,
      interactions: { ...table.interactions, format },
      items: { ...table.items, format: { delimiter: "\t" } },
      nullWords: ["nan", "NaN"],
      mayDrop: 0.5,
    };
    const other = experimentOf(JSON.stringify({ ...others, policy, reflections, dataset: tables }));
    expect(withoutLaterSettings(other)).toEqual(other);
  });

  it("make no difference to what documents of before and after are", () => {
    const written = experimentOf('{"models": {"unusableShare": 1}, "evaluation": {"modelSessions": 0}, "seed": 3}');
    const before = withoutLaterSettings(written);
    expect(withoutLaterSettings(asItWas(before))).toEqual(before);
    expect(withoutLaterSettings(before)).toEqual(before);
  });
});
