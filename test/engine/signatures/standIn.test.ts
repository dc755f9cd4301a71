/** The warning that a tenth of the plans or reflections is not the model's. */
import { describe, expect, it } from "vitest";
import { FailureWatch } from "../../../src/engine/signatures/failureSignatures.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { Episode, EpisodeStep, Reflection } from "../../../src/protocol/run.ts";

type Source = EpisodeStep["plan"]["source"];

const mixed = <S>(standIns: number, model: number, [standIn, other]: readonly [S, S]): S[] => [
  ...Array<S>(standIns).fill(standIn),
  ...Array<S>(model).fill(other),
];

function episode(sources: readonly Source[]): Episode {
  const steps = sources.map((source) => ({
    plan: { categories: [], source, reflections: [] },
    items: [],
    itemCategories: [],
    feedback: [],
    probabilities: [],
    reward: 0,
    repeated: false,
    patience: 1,
  }));
  const totals = { tInt: steps.length, rCum: 0, rSin: 0 };
  return { id: "e", iteration: 1, slot: 0, user: "u", historyLength: 0, click: "", steps, ...totals, ended: "quit" };
}

const reflection = (source: Reflection["source"], iteration: number, i: number): Reflection => ({
  id: `r${iteration}-${i}`,
  text: `${source} ${i}`,
  score: i,
  episode: "e",
  iteration,
  source,
  pinned: false,
  muted: false,
  rating: 0,
  timesSampled: 0,
  edited: false,
});

/** Warnings of so many iterations alike. */
function warnings(plans: readonly Source[], lessons: readonly Reflection["source"][], iterations = 4) {
  const watch = new FailureWatch();
  return Array.from({ length: iterations }, (_, i) =>
    watch.observe({
      experiment: experimentSchema.parse({}),
      row: { iteration: i, userSteps: i, values: {} },
      reflections: lessons.map((source, n) => reflection(source, i, n)),
      episodes: [episode(plans)],
      nameOf: String,
    }),
  )
    .flat()
    .filter(({ code }) => code === "model.stand-in");
}

const plansOf = (standIns: number, model: number) => mixed<Source>(standIns, model, ["fallback", "model"]);
const lessonsOf = (standIns: number, model: number) =>
  mixed<Reflection["source"]>(standIns, model, ["fallback", "model"]);

describe("model.stand-in", () => {
  it("appears from a tenth of the plans on, once, with the share and what to do", () => {
    const [warning, ...others] = warnings(plansOf(1, 9), []);
    expect(others).toEqual([]);
    expect(warning?.message).toMatch(/^10% of plans .*prompt, the model or its limits/);
    expect(warning?.evidence).toMatchObject({ threshold: 0.1, pausesAbove: 0.2 });
    expect(warnings(plansOf(9, 91), [])).toEqual([]);
  });

  it("appears for the critic's too", () => {
    expect(warnings([], lessonsOf(1, 3))[0]?.message).toMatch(/^25% of reflections /);
    expect(warnings(plansOf(5, 5), lessonsOf(1, 3))[0]?.message).toMatch(/^50% of plans and 25% of reflections /);
    expect(warnings(plansOf(0, 10), lessonsOf(1, 19))).toEqual([]);
  });

  it("counts new plans only, and none that no model was asked for", () => {
    expect(warnings([...plansOf(1, 5), ...Array<Source>(40).fill("reused")], [])).toHaveLength(1);
    expect(warnings(Array<Source>(40).fill("offline"), Array(5).fill("offline"))).toEqual([]);
  });

  it("waits for a second iteration: one bad rollout is noise", () => {
    expect(warnings(plansOf(5, 5), [], 1)).toEqual([]);
    expect(warnings(plansOf(5, 5), [], 2)).toHaveLength(1);
  });
});
