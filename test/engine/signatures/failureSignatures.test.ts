import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import {
  FailureWatch,
  failureSignatures,
  type IterationObservation,
} from "../../../src/engine/signatures/failureSignatures.ts";
import { type ExperimentInput, experimentSchema } from "../../../src/protocol/experiment.ts";
import type { Episode, EpisodeStep, MetricRow, Reflection } from "../../../src/protocol/run.ts";

const categories = ["comedy", "music", "sports", "news", "travel", "cooking", "gaming", "fashion", "pets", "science"];
const openings = [
  "After two slates of",
  "Viewers tired quickly once",
  "Long sessions mixed",
  "Clicks rose when",
  "Open with",
];
const endings = [
  "patience held until the end",
  "switch to something unrelated for a while",
  "a gap of three slates restored interest",
  "the user stayed although clicks were few",
  "short surprises kept them curious",
  "old favourites worked best late",
];

function reflection(id: number, text: string, overrides: Partial<Reflection> = {}): Reflection {
  return {
    id: `r${id}`,
    text,
    score: 9,
    episode: `e${id}`,
    iteration: 1,
    source: "model",
    pinned: false,
    muted: false,
    rating: 0,
    timesSampled: 0,
    edited: false,
    ...overrides,
  };
}

const pick = <T>(from: readonly T[], stream: RandomStream): T => from[stream.integer(from.length)] as T;

/** A pool as a critic in good health writes it: each about another session. */
function variedPool(size: number): Reflection[] {
  const stream = new RandomStream(5, "pool");
  return Array.from({ length: size }, (_, id) => {
    const [a, b, c] = [pick(categories, stream), pick(categories, stream), pick(categories, stream)];
    return reflection(id, `${pick(openings, stream)} ${a} with ${b} near ${c}, ${pick(endings, stream)}.`);
  });
}

/** Steps of a policy that uses its plans of 8 categories, each read with 3 random reflections. */
function healthySteps(count: number, stream: RandomStream, pool: readonly Reflection[]): EpisodeStep[] {
  return Array.from({ length: count }, () => {
    const plan = Array.from({ length: 31 }, (_, i) => i);
    stream.shuffle(plan);
    const chosen = plan.slice(0, 8);
    const shown = Array.from({ length: 3 }, () => pick(pool, stream).id);
    const served = Array.from({ length: 6 }, () => [pick(chosen, stream), 40]);
    return step({ categories: chosen, reflections: shown }, served);
  });
}

function step(plan: Partial<EpisodeStep["plan"]>, itemCategories: readonly (readonly number[])[]): EpisodeStep {
  return {
    plan: { categories: [], source: "model", reflections: [], ...plan },
    items: itemCategories.map((_, i) => `i${i}`),
    itemCategories,
    feedback: itemCategories.map(() => []),
    probabilities: itemCategories.map(() => 0.4),
    reward: 0.4,
    repeated: false,
    patience: 10,
  };
}

function episode(steps: readonly EpisodeStep[]): Episode {
  const count = steps.length;
  const totals = { tInt: count, rCum: 0.4 * count, rSin: 0.4 };
  return {
    id: "e",
    iteration: 1,
    slot: 0,
    user: "u",
    historyLength: 0,
    click: "is_click",
    steps,
    ...totals,
    ended: "quit",
  };
}

interface Overrides {
  readonly experiment?: ExperimentInput;
  readonly values?: MetricRow["values"];
  readonly reflections?: readonly Reflection[];
  readonly steps?: readonly EpisodeStep[];
  readonly episodes?: readonly Episode[];
}

const pool = variedPool(120);
const noise = new RandomStream(3, "noise");

/** An iteration in good health, its numbers a little noisy, with what a test changes. */
function observe(iteration: number, overrides: Overrides = {}): IterationObservation {
  const around = (value: number) => value * (0.7 + 0.6 * noise.uniform());
  return {
    experiment: experimentSchema.parse(overrides.experiment ?? {}),
    row: {
      iteration,
      userSteps: 240 * iteration,
      values: {
        planEmpty: around(0.005),
        planThin: around(0.05),
        planSize: around(8),
        overlapAligned: around(0.5),
        categoryEntropy: around(2.8),
        approxKl: around(0.012),
        clipFraction: around(0.15),
        entropy: 39.5 - 0.05 * iteration,
        std: 0.8,
        gradientNorm: around(1.5),
        ...overrides.values,
      },
    },
    reflections: overrides.reflections ?? pool,
    episodes: overrides.episodes ?? [
      episode(overrides.steps ?? healthySteps(60, noise, overrides.reflections ?? pool)),
    ],
    nameOf: String,
  };
}

/** Runs a series and returns [iteration, code] of every warning. */
function warningsOf(length: number, at: (iteration: number) => Overrides, watch = new FailureWatch(), from = 1) {
  const warnings: [number, string][] = [];
  for (let iteration = from; iteration < from + length; iteration++) {
    for (const warning of watch.observe(observe(iteration, at(iteration)))) {
      expect(warning).toMatchObject({ type: "warning", iteration, userSteps: 240 * iteration });
      expect(warning.message).toMatch(/^[A-Z0-9].*\. ?[A-Z].*\.$|^[A-Z0-9].*[:;,].*\.$/);
      expect(warning.evidence).toBeDefined();
      warnings.push([iteration, warning.code]);
    }
  }
  return warnings;
}

const weakPenalty: ExperimentInput = { simulator: { quit: { rule: "temper", repeatCost: 0.25 } } };
const copies = Array.from({ length: 40 }, (_, i) =>
  reflection(
    i,
    `Avoid showing ${categories[i % 10]} twice in a row; vary the categories of each slate to keep users curious.`,
  ),
);
const opposed = variedPool(40).map((one, i) => {
  if (i % 3 === 0) return { ...one, text: `${one.text} Recommend more comedy.` };
  return i % 3 === 1 ? { ...one, text: `${one.text} Avoid repeating comedy!` } : one;
});
const alwaysTheSame = (shown: readonly string[]) =>
  healthySteps(60, noise, pool).map((one) => ({ ...one, plan: { ...one.plan, reflections: shown } }));

const everyCategory = Array.from({ length: 31 }, (_, i) => i);

const troubles: Record<string, Overrides> = {
  "plans.empty": { values: { planEmpty: 0.12 } },
  "plans.thin": { values: { planThin: 0.35 } },
  "model.stand-in": {
    steps: healthySteps(60, noise, pool).map((one, i) => ({
      ...one,
      plan: { ...one.plan, source: i % 5 === 0 ? "fallback" : "model" },
    })),
  },
  "model.same-answer": {
    episodes: Array.from({ length: 4 }, (_, i) => ({
      ...episode(
        healthySteps(3, noise, pool).map((one) => ({ ...one, plan: { ...one.plan, categories: everyCategory } })),
      ),
      id: `visit-${i}`,
    })),
  },
  "reflections.near-duplicates": { reflections: copies },
  "reflections.contradictory": { reflections: opposed },
  "reflections.sampling-collapse": { steps: alwaysTheSame(["r1", "r2", "r3"]) },
  "myopia.repetition": { experiment: weakPenalty, values: { overlapAligned: 0.93 } },
  "myopia.plans-ignored": {
    steps: Array.from({ length: 60 }, () => step({ categories: [1, 2, 3, 4, 5, 6, 7, 8] }, Array(6).fill([3]))),
  },
  "ppo.kl": { values: { approxKl: 0.25 } },
  "ppo.clip-fraction": { values: { clipFraction: 0.6 } },
  "ppo.entropy-collapse": { values: { entropy: -12, std: 0.15 } },
  "ppo.gradient-explosion": { values: { gradientNorm: 80 } },
};

describe("failure signatures", () => {
  it("stay silent on a healthy run", () => {
    expect(warningsOf(150, () => ({}))).toEqual([]);
  });

  it("each have a series built to show them", () => {
    expect(Object.keys(troubles)).toEqual(failureSignatures.map((signature) => signature.code));
  });

  it.each(Object.keys(troubles))("%s fires once per episode of trouble", (code) => {
    const patience = failureSignatures.find((signature) => signature.code === code)?.patience ?? 0;
    const trouble = troubles[code] ?? {};
    const healthy: Overrides = trouble.experiment ? { experiment: trouble.experiment } : {};
    const troubled = (iteration: number) => (iteration > 20 && iteration <= 28) || (iteration > 50 && iteration <= 58);
    expect(warningsOf(70, (iteration) => (troubled(iteration) ? trouble : healthy))).toEqual([
      [20 + patience, code],
      [50 + patience, code],
    ]);
  });

  it("ignore a single bad iteration, and do not repeat themselves when trouble pauses briefly", () => {
    const trouble = troubles["ppo.kl"] ?? {};
    expect(warningsOf(60, (iteration) => (iteration % 10 === 0 ? trouble : {}))).toEqual([]);
    const pausing = (iteration: number) => (iteration % 6 < 4 ? trouble : {});
    expect(warningsOf(60, pausing)).toHaveLength(1);
  });

  it("warn after a resume as without one, wherever it was interrupted", () => {
    const trouble = troubles["ppo.gradient-explosion"] ?? {};
    const at = (iteration: number) => (iteration > 9 ? trouble : {});
    for (let cut = 1; cut < 14; cut++) {
      const first = new FailureWatch();
      const before = warningsOf(cut, at, first);
      const second = new FailureWatch();
      second.restore(JSON.parse(JSON.stringify(first.state())));
      expect([...before, ...warningsOf(14 - cut, at, second, cut + 1)]).toEqual([[11, "ppo.gradient-explosion"]]);
    }
  });

  it("need no metric: a run without planner, critic and learning has nothing to report", () => {
    const watch = new FailureWatch();
    const bare = observe(1, { reflections: [], steps: [] });
    for (let i = 0; i < 10; i++) {
      expect(watch.observe({ ...bare, row: { iteration: i, userSteps: i, values: {} }, episodes: [] })).toEqual([]);
    }
  });
});

describe("limits between healthy and troubled", () => {
  const codes = (overrides: Overrides) => warningsOf(12, () => overrides).map(([, code]) => code);

  it("repetition is the environment's wish where the penalty is strong", () => {
    const values = { overlapAligned: 0.93 };
    expect(codes({ values })).toEqual([]);
    const quit = (rule: NonNullable<ExperimentInput["simulator"]>["quit"]) =>
      codes({ values, experiment: { simulator: { quit: rule } } });
    expect(quit({ rule: "temper", threshold: 5 })).toEqual(["myopia.repetition"]);
    expect(quit({ rule: "temper", threshold: 3 })).toEqual([]);
    expect(quit({ rule: "window", window: 10, maxRepeats: 6 })).toEqual(["myopia.repetition"]);
    expect(quit({ rule: "window" })).toEqual([]);
  });

  it("the same few reflections are shown by the wish of who chose them otherwise than by score", () => {
    const steps = alwaysTheSame(["r1", "r2", "r3"]);
    const shown = (reflections: ExperimentInput["reflections"]) => codes({ steps, experiment: { reflections } });
    expect(shown({})).toEqual(["reflections.sampling-collapse"]);
    expect(shown({ sampling: "similarity" })).toEqual([]);
    expect(shown({ show: "counts" })).toEqual([]);
  });

  it("the divergence allowed grows with the clip range", () => {
    const values = { approxKl: 0.25 };
    expect(codes({ values, experiment: { ppo: { clip: 0.8 } } })).toEqual([]);
  });

  it("items outside their plan are a sign by themselves", () => {
    const leaking = Array.from({ length: 40 }, (_, i) =>
      step({ categories: [1, 2, 3] }, [[1], [2], [3], [1], [2], [i % 2 ? 9 : 3]]),
    );
    expect(codes({ steps: leaking })).toEqual([]);
    const worse = leaking.map((one) => ({ ...one, itemCategories: [[1], [2], [3], [8], [9, 1], [7]] }));
    expect(codes({ steps: worse })).toEqual(["myopia.plans-ignored"]);
  });

  it("sentences from a template are alike by construction, not by collapse", () => {
    expect(codes({ reflections: copies.map((one) => ({ ...one, source: "offline" as const })) })).toEqual([]);
    expect(codes({ reflections: copies.slice(0, 9) })).toEqual([]);
  });

  it("pinned reflections, reused plans and small pools say nothing about the sampling", () => {
    const steps = alwaysTheSame(["r1", "r2", "r3"]);
    const pinned = pool.map((one, i) => (i >= 1 && i <= 3 ? { ...one, pinned: true } : one));
    expect(codes({ steps, reflections: pinned })).toEqual([]);
    const reused = steps.map((one) => ({ ...one, plan: { ...one.plan, source: "reused" as const } }));
    expect(codes({ steps: reused })).toEqual([]);
    expect(codes({ steps, reflections: pool.slice(0, 12) })).toEqual([]);
  });
});
