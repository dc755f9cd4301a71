/**
 * How often a trial that is watched after every visit errs, and how soon it sees a difference. From recorded pairs of
 * visits, drawn with replacement: their differences are scaled to a deviation of 1 and shifted.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { Tally } from "../../../src/engine/trials/tally.ts";
import { readVisits } from "../../../src/engine/trials/trialFolder.ts";
import type { Verdict } from "../../../src/protocol/trial/result.ts";
import type { VisitRow } from "../../../src/protocol/trial/visit.ts";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { plannerPrompt } from "../commands/modelWorld.ts";
import { wordyReply } from "../commands/wordyServer.ts";
import { swept, tell } from "../support/whole.ts";
import { tryout } from "./tryout.ts";

const scratch = scratchFolder();
const server = new ChatServer();
const { start, untrained } = tryout(scratch.path);
beforeAll(() => server.open());
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const PAIRS = swept(2000, 150);
const TRIALS = swept(400, 60);
const SERVED = swept(20, 2);

/**
 * Every visit asks questions of its own: many users, whose log the first question shows. Were it the same for all, one
 * plan would decide every visit's first steps, and a text would be better in truth by the luck of that plan.
 */
const world = {
  dataset: { kind: "synthetic", users: 4000, items: 200, categories: 12 },
  fidelity: { switches: { firstPrompt: "logged-history" } },
};

/** Two texts that plan otherwise, and as well as each other: every question is answered by its content alone. */
async function serve(seed: number, sessions: number, word: string): Promise<readonly VisitRow[]> {
  server.reply = wordyReply;
  const planner = { categoriesPerPlan: 4, provider: "openai", baseUrl: server.baseUrl, model: "test-model" };
  const other = plannerPrompt.replace("You plan", `${word} You plan`);
  const trial = await start({
    base: untrained({ ...world, planner, critic: { enabled: false } }),
    contenders: [{ pool: [] }, { prompt: { file: "other.lerl.md", text: other }, pool: [] }],
    sessions,
    seed,
    models: { cache: false },
  });
  const { state, reason } = await trial.execute();
  if (state !== "done") throw new Error(reason);
  return readVisits(trial.folder.path);
}

/** Differences of the recorded pairs, with mean 0 and deviation 1. */
function scaled(rows: readonly VisitRow[]): readonly number[] {
  const of = (contender: number) =>
    rows
      .filter((row) => row.contender === contender)
      .sort((a, b) => a.session - b.session)
      .map(({ expected }) => expected);
  const baseline = of(0);
  const differences = of(1).map((value, i) => value - (baseline[i] as number));
  const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
  const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (differences.length - 1);
  return differences.map((d) => (d - mean) / Math.sqrt(variance));
}

/** A watched trial over drawn differences: its verdict, and after how many visits it stopped. */
function watched(differences: readonly number[], planned: number, shift: number, seed: number) {
  const tally = new Tally({ contenders: ["a", "b"], planned, sessions: planned, stop: true });
  const random = new RandomStream(seed, "watched", planned);
  for (let session = 0; session < planned && !tally.isDone; session++) {
    const difference = (differences[random.integer(differences.length)] as number) + shift;
    tally.add(visit(0, session, BASELINE));
    tally.add(visit(1, session, BASELINE + difference));
  }
  return { verdict: tally.result([]).pairs[0]?.verdict as Verdict, n: tally.n };
}

/** Reward a visit of the baseline; differences of a quarter of it and less are looked for. */
const BASELINE = 5;

const visit = (contender: number, session: number, expected: number): VisitRow => ({
  contender,
  session,
  expected,
  plans: { made: 1, size: 1, followed: 0, overlap: 0, invalid: 0, fallback: 0 },
  judged: { steps: 0, oracle: 0, inPlan: 0, served: 0, stepsLost: 0 },
  episode: {
    id: `s0-${session}`,
    iteration: 0,
    slot: 0,
    user: "u",
    historyLength: 0,
    click: "click",
    steps: [step(contender)],
    tInt: 1,
    rCum: expected,
    rSin: expected,
    ended: "quit",
  },
});

const step = (category: number): VisitRow["episode"]["steps"][number] => ({
  plan: { categories: [category], source: "model", reflections: [] },
  items: [],
  itemCategories: [],
  feedback: [],
  probabilities: [],
  reward: 0,
  repeated: false,
  patience: 1,
});

describe("a trial that is watched after every visit", () => {
  let differences: readonly number[];
  beforeAll(async () => {
    differences = scaled(await serve(1, PAIRS, "OTHERWISE"));
  });

  /** Shares of trials that end better and worse, and the mean stop of those that end better. */
  function row(planned: number, shift: number, kind = "recorded") {
    const trials = Array.from({ length: TRIALS }, (_, seed) => watched(differences, planned, shift, seed));
    const share = (verdict: Verdict) => trials.filter((trial) => trial.verdict === verdict).length / TRIALS;
    const stops = trials.filter(({ verdict }) => verdict === "better").map(({ n }) => n);
    const stop = stops.reduce((a, b) => a + b, 0) / Math.max(1, stops.length);
    const [better, worse] = [share("better"), share("worse")];
    const percent = (of: number): string => `${(100 * of).toFixed(1)} %`;
    tell(
      `${kind}, ${planned} planned, ${shift} better: better ${percent(better)}, worse ${percent(worse)}, mean stop ${stop.toFixed(0)}`,
    );
    return { better, worse, stop };
  }

  it("calls words of equal worth different in 6 % at most", () => {
    for (const planned of [60, 100, 200, 400]) {
      const { better, worse } = row(planned, 0);
      expect(better + worse).toBeLessThanOrEqual(swept(0.06, 0.1));
    }
  });

  it("sees a difference of half a deviation in 95 % and soon, one of .3 with twice the visits", () => {
    const rows = new Map<string, ReturnType<typeof row>>();
    for (const planned of [60, 100, 200, 400]) {
      for (const shift of [0.3, 0.5, 0.7]) rows.set(`${planned} ${shift}`, row(planned, shift));
    }
    for (const { worse } of rows.values()) expect(worse).toBeLessThanOrEqual(0.05);
    expect(rows.get("100 0.5")?.better).toBeGreaterThanOrEqual(swept(0.95, 0.9));
    expect(rows.get("100 0.5")?.stop).toBeLessThanOrEqual(45);
    expect(rows.get("200 0.3")?.better).toBeGreaterThanOrEqual(swept(0.88, 0.8));
  });

  it("errs more often where differences are skewed, and not much", () => {
    const random = new RandomStream(1, "skewed");
    differences = Array.from({ length: PAIRS }, () => -Math.log(1 - random.uniform()) - 1);
    for (const planned of [60, 100, 200, 400]) {
      const { better, worse } = row(planned, 0, "exponential");
      expect(better + worse).toBeLessThanOrEqual(0.15);
    }
  });

  it("is served so too: two texts of equal worth are seldom called different", async () => {
    let different = 0;
    for (let seed = 0; seed < SERVED; seed++) {
      const rows = await serve(100 + seed, swept(100, 20), `WORD${seed}`);
      const tally = new Tally({
        contenders: ["a", "b"],
        planned: swept(100, 20),
        sessions: swept(100, 20),
        stop: true,
      });
      for (const one of rows) tally.add(one);
      const verdict = tally.result([]).pairs[0]?.verdict;
      if (verdict === "better" || verdict === "worse") different++;
    }
    tell(`served: ${different} of ${SERVED} trials called equal words different`);
    expect(different).toBeLessThanOrEqual(Math.ceil(0.1 * SERVED));
  });
});
