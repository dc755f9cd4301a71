/** Runs, sessions and prompts that look like the engine's, generated from a seed. */
import type { Comparison, EpisodeSummary, ModelCall, RunSlice } from "../../../src/protocol/engine.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { MetricName } from "../../../src/protocol/metrics.ts";
import type { Episode, EpisodeStep, MetricRow, RunRecord, TimelineEvent } from "../../../src/protocol/run.ts";

/** mulberry32: enough for pictures. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const categoryNames: Readonly<Record<number, string>> = Object.fromEntries(
  "Comedy,Music,Food,Travel,Sports,Gaming,Beauty,Fashion,Pets,Family,News,Science,Cars,Dance,Film,Crafts,Fitness,Photography,Books,Farming"
    .split(",")
    .map((name, i) => [i + 1, name]),
);

export const PLANNER_TEXT = `---
role: planner
temperature: 0.7
maxTokens: 200
---
# system
You plan the next slate of a short-video feed. You choose categories; a policy picks the items.
Weigh what the user enjoys against what they have just had enough of: a category repeated at once costs patience.

# user
## Categories
{{ categories }}

## Recent slates
{{ history }}

## What finished sessions taught
{{ reflections }}

Choose {{ count }} categories for the next slate. Prefer a mix the user has not seen in the last two slates.
Answer with JSON: {"categories": [ids]}
`;

export const EDITED_PLANNER_TEXT = PLANNER_TEXT.replace(
  "Prefer a mix the user has not seen in the last two slates.",
  "Never choose a category of the last slate.\nKeep one category the user clicked before.",
);

export const CRITIC_TEXT = `---
role: critic
---
# system
You review finished sessions of a recommender.

# user
{{ session }}

{{ statistics }}
Write one insight in under 20 words.
`;

export const experiment = experimentSchema.parse({
  name: "Prompt wording and patience",
  dataset: { kind: "synthetic", satiation: 1.2 },
  simulator: { users: 12 },
  training: { iterations: 120 },
  models: { maxCalls: 20000, maxCost: 5, prices: { "llama3.1:8b": { input: 0.1, output: 0.2 } } },
});

export function runRecord(id: string, patch: Partial<RunRecord> = {}): RunRecord {
  return {
    schemaVersion: 9,
    id,
    name: id,
    note: "",
    experimentFile: "wording.lerl.json",
    experiment,
    seed: 1,
    state: "done",
    startedAt: "2026-03-02T09:00:00Z",
    activeSeconds: 92,
    iteration: 120,
    iterations: 120,
    prompts: [
      { role: "planner", hash: "a41c09be77", file: "planner.lerl.md", text: PLANNER_TEXT, since: 0 },
      { role: "critic", hash: "77d2e01f0a", file: "critic.lerl.md", text: CRITIC_TEXT, since: 0 },
      { role: "planner", hash: "c90ffe12ab", file: "planner.lerl.md", text: EDITED_PLANNER_TEXT, since: 34 },
    ],
    engineVersion: "0.1.0",
    ...patch,
  };
}

/** Curves that learn: each metric runs from one level to another with noise of its own. */
const shapes: Partial<Record<MetricName, readonly [from: number, to: number, noise: number]>> = {
  tInt: [16.9, 19.3, 0.45],
  rCum: [6.4, 9.8, 0.5],
  rSin: [0.38, 0.51, 0.03],
  reward: [0.38, 0.51, 0.04],
  coverage: [0.21, 0.34, 0.02],
  categoryCoverage: [0.72, 0.94, 0.03],
  ild: [0.44, 0.58, 0.03],
  overlapAligned: [0.24, 0.06, 0.03],
  overlapAny: [0.81, 0.55, 0.05],
  planSize: [8, 7.2, 0.3],
  planInvalid: [0.06, 0.01, 0.012],
  planEmpty: [0.008, 0.001, 0.003],
  policyLoss: [-0.004, -0.016, 0.006],
  valueLoss: [2.6, 0.7, 0.25],
  entropy: [39.2, 38.1, 0.1],
  approxKl: [0.006, 0.011, 0.003],
  clipFraction: [0.04, 0.11, 0.02],
  explainedVariance: [0.05, 0.71, 0.06],
};
const timingShapes: typeof shapes = {
  llmCalls: [190, 70, 12],
  llmLatencyP50: [0.62, 0.55, 0.05],
  llmLatencyP95: [1.4, 1.2, 0.25],
  llmCost: [0.021, 0.008, 0.002],
};

function metricRow(table: typeof shapes, iteration: number, total: number, random: () => number, lift = 0): MetricRow {
  const progress = 1 - Math.exp((-3.2 * iteration) / total);
  const values: Partial<Record<MetricName, number>> = {};
  for (const [name, [from, to, noise]] of Object.entries(table)) {
    const level = from + (to - from) * Math.min(1, progress * (1 + lift));
    const value = level + (random() + random() + random() - 1.5) * noise;
    values[name as MetricName] = from >= 0 && to >= 0 ? Math.max(0, value) : value;
  }
  return { iteration, userSteps: iteration * 240, values };
}

export function fullSlice(runId: string, seed: number, iterations: number, total: number, lift = 0): RunSlice {
  const random = randomNumbers(seed);
  const metrics: MetricRow[] = [];
  const timing: MetricRow[] = [];
  for (let i = 1; i <= iterations; i++) {
    const row = metricRow(shapes, i, total, random, lift);
    const evaluated = i % 10 === 0 && {
      evalTInt: (row.values.tInt ?? 0) + 0.2,
      evalRCum: (row.values.rCum ?? 0) + 0.15,
      evalRSin: row.values.rSin ?? 0,
    };
    metrics.push({ ...row, values: { ...row.values, ...evaluated } });
    timing.push(metricRow(timingShapes, i, total, random, lift));
  }
  return {
    runId,
    metrics,
    timing,
    events: timeline(iterations),
    references: [
      { policy: "random", iteration: 0, tInt: 17.3, rCum: 5.9, rSin: 0.34, sessions: 200 },
      { policy: "random-in-plan", iteration: 0, tInt: 20, rCum: 6.4, rSin: 0.32, sessions: 200 },
      { policy: "round-robin", iteration: 0, tInt: 20, rCum: 7.6, rSin: 0.38, sessions: 200 },
      { policy: "not-personalised", iteration: 0, tInt: 20, rCum: 8.9, rSin: 0.445, sessions: 200 },
      { policy: "oracle", iteration: 0, tInt: 20, rCum: 11.4, rSin: 0.57, sessions: 200 },
    ],
    cursor: { metrics: metrics.length, timing: timing.length, events: timeline(iterations).length },
  };
}

function timeline(iterations: number): TimelineEvent[] {
  const at = (iteration: number) => ({ iteration, userSteps: iteration * 240 });
  const events: TimelineEvent[] = [
    { ...at(0), type: "started" },
    {
      ...at(18),
      type: "warning",
      code: "plan.repeats",
      message: "One plan in four repeats the slate before",
      evidence: { share: 0.24 },
    },
    { ...at(34), type: "change", path: "planner.prompt", from: "a41c09be77", to: "c90ffe12ab" },
    {
      ...at(61),
      type: "change",
      path: "simulator.quit",
      from: { rule: "temper", repeatCost: 1 },
      to: { rule: "temper", repeatCost: 2 },
    },
    ...[5, 6, 9, 12, 22, 47].map(
      (iteration, i): TimelineEvent => ({
        ...at(iteration),
        type: "plan",
        code: "plan.invalid",
        episode: `e${i}`,
        step: i,
      }),
    ),
  ];
  return events.filter(({ iteration }) => iteration <= iterations).sort((a, b) => a.iteration - b.iteration);
}

export function episodes(seed: number, count: number): Episode[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, (_, n) => episode(n, random));
}

function episode(n: number, random: () => number): Episode {
  const steps: EpisodeStep[] = [];
  let patience = 20;
  const ids = Object.keys(categoryNames).map(Number);
  const pick = (): number => ids[Math.floor(random() * ids.length)] ?? 1;
  while (patience >= 1) {
    const categories = [...new Set([pick(), pick(), pick(), pick(), pick()])];
    const repeated = steps.length > 0 && random() < 0.22;
    patience -= repeated ? 2 : 1;
    const probabilities = Array.from({ length: 6 }, () => 0.15 + random() * 0.6);
    const feedback = probabilities.map((p) =>
      random() < p ? (random() < 0.15 ? ["is_click", "is_like"] : ["is_click"]) : [],
    );
    steps.push({
      plan: {
        categories,
        source: "model",
        callId: `call-${n}-${steps.length}`,
        reflections: ["r1", "r2", "r3"],
      },
      items: Array.from({ length: 6 }, () => `v${Math.floor(random() * 2000)}`),
      itemCategories: Array.from({ length: 6 }, () => [
        random() < 0.9 ? (categories[Math.floor(random() * categories.length)] ?? 1) : pick(),
      ]),
      feedback,
      probabilities,
      reward: feedback.filter((given) => given.length > 0).length / 6,
      repeated,
      patience,
    });
  }
  const rCum = steps.reduce((sum, { reward }) => sum + reward, 0);
  return {
    id: `e${n}`,
    iteration: 118 - n,
    slot: n % 12,
    user: String(4000 + Math.floor(random() * 900)),
    historyLength: 20 + Math.floor(random() * 80),
    click: "is_click",
    steps,
    tInt: steps.length,
    rCum,
    rSin: rCum / steps.length,
    ended: "quit",
    reflection: "Alternate music with travel; a third slate of comedy in a row ends sessions early.",
  };
}

export const summaryOf = ({
  steps: _steps,
  slot: _slot,
  historyLength: _history,
  click: _click,
  ...summary
}: Episode): EpisodeSummary => summary;

export function callsOf({ id, steps }: Episode): ModelCall[] {
  return steps.map((step, i) => ({
    id: `call-${id.slice(1)}-${i}`,
    role: "planner",
    model: "llama3.1:8b",
    promptHash: "a41c09be77",
    messages: [
      { role: "system", content: "You plan the next slate of a short-video feed." },
      {
        role: "user",
        content: `## Categories\n${Object.entries(categoryNames)
          .map(([n, name]) => `${n} ${name}`)
          .join("\n")}\n\nChoose 5.`,
      },
    ],
    reply: `{"categories": [${step.plan.categories.join(", ")}]}`,
    attempts: i % 7 === 3 ? 2 : 1,
    latencyMs: 480 + i * 13,
    cached: i % 3 === 2,
    tokensIn: 612,
    tokensCached: 448,
    tokensOut: 18,
    tokensEstimated: false,
    cost: 0.00012,
  }));
}

export function comparison(runs: readonly RunRecord[]): Comparison {
  const random = randomNumbers(9);
  const cell = (value: number, width: number) => ({ value, low: value - width, high: value + width * 0.9, n: 3 });
  return {
    rows: runs.map((run, i) => ({
      label: run.name,
      runIds: [run.id],
      seeds: [run.seed, run.seed + 1, run.seed + 2],
      metrics: {
        rCum: cell(8.9 + i * 0.55, 0.35 + random() * 0.2),
        tInt: cell(18.4 + i * 0.3, 0.3),
        rSin: cell(0.47 + i * 0.02, 0.02),
        normalised: cell(0.52 + i * 0.08, 0.06),
        categoryCoverage: cell(0.88 + i * 0.03, 0.02),
        ild: cell(0.53 + i * 0.02, 0.02),
        overlapAligned: cell(0.12 - i * 0.03, 0.02),
      },
    })),
    improvement: runs.map((_, i) =>
      runs.map((_, j) => (i === j ? 0.5 : Math.min(0.98, Math.max(0.02, 0.5 + (i - j) * 0.29)))),
    ),
    settings: [{ path: "simulator.quit.repeatCost", values: runs.map((_, i) => 1 + i * 0.5) }],
    prompts: [
      { role: "planner", texts: runs.map((_, i) => (i === 0 ? PLANNER_TEXT : EDITED_PLANNER_TEXT)) },
      { role: "critic", texts: runs.map(() => CRITIC_TEXT) },
    ],
    changes: [{ row: 0, iteration: 12, what: "simulator.quit.repeatCost", from: 1, to: 1.5 }],
    conclusion: `${runs[0]?.name} reaches R_cum 8.900 over 3 seeds; no difference could be shown for ${runs[1]?.name}.`,
    notes: ["Some rows have 3 seeds; intervals over fewer than 5 are rough."],
  };
}
