/**
 * Every switch of docs/method.md, section 10, in a whole run: where its run first departs from the paper's. What comes
 * before is the same number for number, so the switch changes what it names and nothing else. The mathematics of single
 * switches is tested where it is computed: test/engine/policy, simulator, planner, prompts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FidelitySwitch, fidelitySwitches } from "../../../src/protocol/experiment/fidelity.ts";
import type { Episode, EpisodeStep, MetricRow, Reflection } from "../../../src/protocol/run.ts";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { callsOf, metricRowsOf, modelExperiment, recordOf } from "../commands/modelWorld.ts";
import { workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
const server = new ChatServer();
beforeAll(() => server.open());
afterAll(async () => {
  await server.close();
  scratch.remove();
});

type Difference =
  | "prompt"
  | "plan"
  | "slate"
  | "probabilities"
  | "reflection"
  | "score"
  | "update"
  | "evaluation"
  | "nothing";

/** Where a run first departs when only this switch is set to the reference's choice. */
const firstDifference: Record<FidelitySwitch, Difference> = {
  excludedItems: "slate",
  categoryZero: "slate",
  reflectionSession: "reflection",
  poolScore: "score",
  plannerSees: "prompt",
  firstPrompt: "prompt",
  encoderGradient: "update",
  updateSamples: "update",
  advantage: "update",
  actingDropout: "slate",
  correlation: "probabilities",
  feedbackHistory: "slate",
  // The prompt says what was clicked of a category, whatever place it has in an item's list.
  itemCategories: "prompt",
  evaluation: "evaluation",
  // It needs a bad reply to show: test/engine/planner/modelPlanner.test.ts.
  badReply: "nothing",
  actionStd: "slate",
};

interface Traces {
  /** Prompts of every session's first plan. */
  readonly prompts: unknown;
  /** First sessions of the slots. */
  readonly sessions: readonly Episode[];
  readonly reflection: Reflection | undefined;
  readonly rows: readonly MetricRow[];
}

async function traces(name: string, switches: object, layout = "packed", own: object = {}): Promise<Traces> {
  const { fidelity, ...settings } = { fidelity: {}, ...own };
  const run = await shop.start(name, {
    ...modelExperiment(server.baseUrl),
    // One at which thin plans come early enough for every switch to show.
    seed: 3,
    policy: { layers: 1, hidden: [32], layout, workers: 1 },
    training: { iterations: 2 },
    // Means of training leave nobody out of it; so that this is no difference, the others do not either.
    evaluation: { every: 1, sessions: 4, references: false, users: "all", responseModel: "same" },
    fidelity: { switches, ...fidelity },
    ...settings,
  });
  const { reason } = await run.execute();
  expect(reason).toBeUndefined();
  const folder = shop.folder(name);
  const sessions = readFileSync(join(folder, "episodes.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Episode)
    .filter(({ id }) => id.endsWith("-0"))
    .sort((a, b) => a.slot - b.slot);
  const pool = JSON.parse(readFileSync(join(folder, "reflections.json"), "utf8")) as { reflections: Reflection[] };
  const prompts = callsOf(folder)
    .filter(({ id }) => /^planner-[0-9a-f]+-1$/.test(id))
    .slice(0, 4)
    .map(({ messages }) => messages);
  return { prompts, sessions, reflection: pool.reflections[0], rows: metricRowsOf(folder) };
}

const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);

function compare(a: Traces, b: Traces): Difference {
  if (differ(a.prompts, b.prompts)) return "prompt";
  // Until the first of them ends, no reflection can have told the planner anything.
  const steps = Math.min(...a.sessions.map(({ tInt }) => tInt));
  const parts = ["plan", "items", "probabilities", "feedback"] as const satisfies readonly (keyof EpisodeStep)[];
  for (let t = 0; t < steps; t++) {
    for (const part of parts) {
      const of = ({ sessions }: Traces) => sessions.map((session) => session.steps[t]?.[part]);
      if (!differ(of(a), of(b))) continue;
      if (part === "feedback") throw new Error("clicks differ at equal probabilities");
      return part === "items" ? "slate" : part;
    }
  }
  if (a.reflection?.text !== b.reflection?.text) return "reflection";
  if (a.reflection?.score !== b.reflection?.score) return "score";
  if (differ(trained(a.rows[1]), trained(b.rows[1]))) return "update";
  if (differ(evaluated(a.rows), evaluated(b.rows))) return "evaluation";
  return "nothing";
}

const named = (row: MetricRow | undefined, wanted: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(row?.values ?? {}).filter(([name]) => wanted(name)));
const isEvaluated = (name: string): boolean => name.startsWith("eval");
const trained = (row: MetricRow | undefined) => named(row, (name) => !isEvaluated(name));
const evaluated = (rows: readonly MetricRow[]) => rows.map((row) => named(row, isEvaluated));

describe("a fidelity switch", () => {
  const switches = Object.keys(fidelitySwitches) as FidelitySwitch[];
  const paper = new Map<string, Promise<Traces>>();
  const paperTraces = (layout: string): Promise<Traces> => {
    const known = paper.get(layout) ?? traces(`paper-${layout}`, {}, layout);
    paper.set(layout, known);
    return known;
  };

  it.each(switches)("%s changes what it names and nothing before it", async (name) => {
    // The feedback history is a matter of the windowed layout.
    const layout = name === "feedbackHistory" ? "windowed" : "packed";
    const reference = await traces(name, { [name]: fidelitySwitches[name][1] }, layout);
    expect(compare(await paperTraces(layout), reference)).toBe(firstDifference[name]);
  });

  it("goes before the mode: the reference with every switch set back is the paper", async () => {
    const back = Object.fromEntries(switches.map((name) => [name, fidelitySwitches[name][0]]));
    const same = await traces("back", back, "packed", { fidelity: { mode: "reference" } });
    expect(compare(await paperTraces("packed"), same)).toBe("nothing");
  });

  it("feedbackHistory acts in a trained user model too, unless fidelity.reshaped names the policy alone", async () => {
    const responseModel = { kind: "trained", epochs: 1, learningRate: 3e-3, maxSequence: 40 };
    const simulator = { users: 4, historyLength: 20, responseModel };
    const asked = (reshaped: string) =>
      traces(reshaped, { feedbackHistory: "reshaped" }, "windowed", { simulator, fidelity: { reshaped } });
    const [both, policy] = [await asked("everywhere"), await asked("policy")];
    // The first slates are the same policy's; what users think of them is not.
    expect(compare(policy, both)).toBe("probabilities");
  });

  it("evaluation: training-means reports means of the training sessions, and the summary holds them", async () => {
    const { rows } = await traces("means", { evaluation: "training-means" });
    const separate = await paperTraces("packed");
    expect(rows.map(trained)).toEqual(separate.rows.map(trained));
    expect(rows[0]?.values.evalRCum).toBeUndefined();
    for (const row of rows.slice(1)) {
      expect(row.values.evalRCum).toBeCloseTo(row.values.rCum ?? Number.NaN, 12);
      expect(row.values.evalTInt).toBeCloseTo(row.values.tInt ?? Number.NaN, 12);
      expect(row.values.evalNormalised).toBeUndefined();
    }
    const last = rows.at(-1)?.values;
    expect(recordOf(shop.folder("means")).summary).toMatchObject({ rCum: last?.evalRCum, tInt: last?.evalTInt });
    expect(recordOf(shop.folder("means")).summary).not.toHaveProperty("planner");
  });
});
