/** What a trial will cost at most, before anything is paid (docs/trials.md): a rehearsal with the answers there are. */
import { stepsLeft } from "../../protocol/run/modelCalls.ts";
import type { TrialEstimate } from "../../protocol/trial/estimate.ts";
import type { TrialRecord } from "../../protocol/trial/record.ts";
import { costOf } from "../llm/usage.ts";
import { OfflinePlanner } from "../planner/offline.ts";
import type { Planner } from "../planner/planner.ts";
import { parsePrompt } from "../prompts/prompt.ts";
import type { World } from "../serving/world.ts";
import { experimentOf } from "./contenders.ts";
import type { ModelPace } from "./modelPace.ts";
import { type Lane, type ServingContender, serveVisit } from "./serveVisit.ts";
import type { Stage } from "./stage.ts";
import { Miss } from "./trialModels.ts";

export interface EstimateOptions {
  readonly record: TrialRecord;
  readonly stage: Stage;
  /** Plans with the answers there are, and ends with `Miss` where there is none. */
  readonly dryPlanner: (index: number, world: World, repeat: number) => Promise<Planner>;
  /** Whether a contender has served a visit before. */
  readonly has: (contender: number, session: number) => boolean;
  readonly hasCell: (cell: { readonly contender: number; readonly moment: string; readonly repeat: number }) => boolean;
  /** As a model was measured before; undefined: it was not. */
  readonly pace: (model: string) => ModelPace | undefined;
  readonly signal: AbortSignal;
}

/** Visits that tell how long they last: rehearsed by the planner without a model. */
const PROBES = 4;
/** Of a reply, where none was ever counted. */
const REPLY_TOKENS = 60;

/** Of the planned end: a trial that is decided before, and a visit that ends early, cost less. */
export async function estimateTrial(options: EstimateOptions): Promise<TrialEstimate> {
  const { record, stage } = options;
  const [lane] = stage.lanes;
  const total = { calls: 0, likely: 0, tokens: 0, seconds: 0, cost: 0 };
  const isUnknown = { seconds: false, cost: false };
  for (const contender of stage.contenders) {
    const asked = record.contenders[contender.index];
    if (!lane || asked?.plans !== "model" || !asked.prompt) continue;
    const rehearsed = await rehearse(contender, { ...lane, judge: undefined }, options);
    if (rehearsed.calls === 0) continue;
    const { planner, models } = experimentOf(asked, record.experiment);
    const model = planner.model ?? parsePrompt(asked.prompt.file, asked.prompt.text).settings.model ?? "";
    const pace = options.pace(model);
    const inputTokens = rehearsed.calls * rehearsed.tokensACall;
    const outputTokens = rehearsed.calls * (pace?.tokensOut ?? REPLY_TOKENS);
    total.calls += rehearsed.calls;
    total.likely += rehearsed.likely;
    total.tokens += inputTokens + outputTokens;
    total.seconds += ((pace?.latencyMs ?? 0) / 1000) * (rehearsed.calls / models.concurrency);
    total.cost += costOf(models, model, { inputTokens, outputTokens, estimated: true });
    isUnknown.seconds ||= pace === undefined;
    isUnknown.cost ||= models.prices[model] === undefined;
  }
  return {
    calls: total.calls,
    likely: Math.round(total.likely),
    tokens: Math.round(total.tokens),
    ...(!isUnknown.seconds && { seconds: total.seconds }),
    ...(!isUnknown.cost && { cost: total.cost }),
  };
}

interface Rehearsal {
  /** At most, and as far as visits last as long as the stand-in's. */
  readonly calls: number;
  readonly likely: number;
  readonly tokensACall: number;
}

async function rehearse(
  { index, sampleReflections, replanEvery }: ServingContender,
  lane: Lane,
  options: EstimateOptions,
): Promise<Rehearsal> {
  const { stage, has, signal } = options;
  const most = Math.ceil(stepsLeft(lane.setting.simulator.quit, undefined) / replanEvery);
  const dry = await options.dryPlanner(index, stage.world, 0);
  let calls = 0;
  let misses = 0;
  let tokens = 0;
  for (const start of stage.sessions) {
    if (has(index, start.number)) continue;
    signal.throwIfAborted();
    let made = 0;
    const counting = counted(dry, () => made++);
    const contender = { index, replanEvery, sampleReflections, planner: () => counting };
    try {
      await serveVisit(lane, contender, start, signal);
    } catch (error) {
      if (!(error instanceof Miss)) throw error;
      misses++;
      tokens += error.tokens;
      calls += most - made;
    }
  }
  const visited = misses === 0 ? 1 : Math.min(1, (await plansOfProbes(index, lane, options)) / most);
  const asked = await missedCells(index, options);
  return {
    calls: calls + asked.length,
    likely: calls * visited + asked.length,
    tokensACall: (tokens + asked.reduce((a, b) => a + b, 0)) / Math.max(1, misses + asked.length),
  };
}

/** Tokens of each question about a moment that has no answer yet. */
async function missedCells(
  contender: number,
  { stage, record, dryPlanner, hasCell, signal }: EstimateOptions,
): Promise<readonly number[]> {
  const missed: number[] = [];
  for (let repeat = 0; repeat < record.repeats && stage.moments.length > 0; repeat++) {
    const dry = await dryPlanner(contender, stage.world, repeat);
    for (const { moment, request } of stage.moments) {
      if (hasCell({ contender, moment: moment.name, repeat })) continue;
      await dry.plan([request], signal).catch((error: unknown) => {
        if (!(error instanceof Miss)) throw error;
        missed.push(error.tokens);
      });
    }
  }
  return missed;
}

const counted = (planner: Planner, made: () => void): Planner => ({
  plan: async (requests, signal) => {
    const plans = await planner.plan(requests, signal);
    made();
    return plans;
  },
  state: () => planner.state(),
  restore: (state) => planner.restore(state),
});

/** Plans a visit makes, as the planner without a model serves it. */
async function plansOfProbes(index: number, lane: Lane, { record, stage, signal }: EstimateOptions): Promise<number> {
  const contender = stage.contenders[index];
  const asked = record.contenders[index];
  if (!contender || !asked) throw new RangeError(`contender ${index}`);
  const { dataset, interest } = stage.world;
  const standIn = new OfflinePlanner({ dataset, interest, ...experimentOf(asked, record.experiment).planner });
  const probes = stage.sessions.slice(0, PROBES);
  let made = 0;
  for (const start of probes) {
    const { plans } = await serveVisit(lane, { ...contender, planner: () => standIn }, start, signal);
    made += plans.made;
  }
  return made / Math.max(1, probes.length);
}
