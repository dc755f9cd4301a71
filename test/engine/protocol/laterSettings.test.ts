import { describe, expect, it } from "vitest";
import { asItWas, withoutLaterSettings } from "../../../src/protocol/experiment/laterSettings.ts";
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import { parseExperiment } from "../../../src/protocol/parseExperiment.ts";

function experimentOf(text: string): unknown {
  const parsed = parseExperiment(text);
  if (!parsed.ok) throw new Error("not parsed");
  return parsed.value;
}

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
      responseModel: { kind: "trained", exposure: "logged" },
    });
    // What decides clicks otherwise has no log to weigh.
    expect(valueAt(asItWas({ simulator: { responseModel: { kind: "auto" } } }), "simulator.responseModel")).toEqual({
      kind: "auto",
    });
  });

  it("stay where they are not", () => {
    const policy = { clickLoss: 3, clickLabels: "truth", warmStart: 1, tableScale: 0.1, state: "session" };
    const reflections = { sampling: "uniform", show: "counts" };
    const others = { models: { unusableShare: 0.5 }, evaluation: { modelSessions: 7 } };
    const later = experimentOf(JSON.stringify({ ...others, policy, reflections }));
    expect(withoutLaterSettings(later)).toEqual(later);
  });

  it("make no difference to what documents of before and after are", () => {
    const written = experimentOf('{"models": {"unusableShare": 1}, "evaluation": {"modelSessions": 0}, "seed": 3}');
    const before = withoutLaterSettings(written);
    expect(withoutLaterSettings(asItWas(before))).toEqual(before);
    expect(withoutLaterSettings(before)).toEqual(before);
  });
});
