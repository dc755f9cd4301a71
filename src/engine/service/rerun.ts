/** Plans one recorded step again with another prompt: what would the model have chosen? */

import { asksModel } from "../../protocol/asksModel.ts";
import type { RerunResult, RerunStep } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { planSentence } from "../../protocol/run/planWords.ts";
import type { Episode, Reflection } from "../../protocol/run.ts";
import { summaryOf } from "../critic/lessons.ts";
import { shownOf } from "../critic/reflectionPool.ts";
import { CategoryItems, maskReading } from "../data/categoryItems.ts";
import type { Dataset, UserIndex } from "../data/dataset.ts";
import { historyOf } from "../data/dataset.ts";
import { InputError } from "../errors.ts";
import type { CallRow } from "../llm/types.ts";
import { factsOf, namesOf, planSetting } from "../metrics/planQuality.ts";
import { ModelPlanner } from "../planner/modelPlanner.ts";
import { OfflinePlanner } from "../planner/offline.ts";
import { plannerKnowledge } from "../planner/plannerContext.ts";
import { categoryEntries } from "../prompts/categoryWords.ts";
import { RunControl } from "../serving/control.ts";
import { type ModelAccess, ModelPool } from "../serving/modelPool.ts";
import { promptFor } from "../serving/promptsInForce.ts";
import { splitForEvaluation } from "../serving/world.ts";
import { InterestRanking } from "../simulator/interest.ts";
import type { Session } from "../simulator/session.ts";

export interface RerunContext {
  readonly experiment: Experiment;
  readonly dataset: Dataset;
  readonly episode: Episode;
  readonly reflections: readonly Reflection[];
  /** Reply of the recorded plan, where a model gave it. */
  readonly recordedReply: string;
  readonly models: ModelAccess;
  readonly baseFolder: string;
  readonly cacheFile: string;
  readonly warn: (message: string) => void;
}

/** @throws InputError where no model is connected, or the step or the prompt cannot be used */
export async function rerunStep(
  { step, promptText, fresh = false }: Pick<RerunStep, "step" | "promptText" | "fresh">,
  context: RerunContext,
): Promise<RerunResult> {
  const { episode, reflections } = context;
  const { models } = context.experiment;
  const experiment = { ...context.experiment, models: { ...models, cache: models.cache && !fresh } };
  const dataset = splitForEvaluation(context.dataset, experiment);
  const recorded = episode.steps[step];
  if (!recorded)
    throw new InputError("run.unknown-step", `Session ${episode.id} has no step ${step + 1}; it has ${episode.tInt}.`);
  if (!asksModel(experiment.planner)) {
    throw new InputError(
      "planner.offline",
      "The offline planner does not read the prompt, so there is nothing to compare. Connect a model first.",
    );
  }
  const calls: CallRow[] = [];
  const abort = new AbortController();
  const pool = new ModelPool(experiment, {
    models: context.models,
    // One question: a block (no server, no budget) is an answer too.
    control: new RunControl((paused) => paused && abort.abort(new InputError("models.blocked", paused.reason))),
    baseFolder: context.baseFolder,
    cacheFile: context.cacheFile,
    record: (row) => calls.push(row),
    warn: context.warn,
  });
  const scheduler = await pool.scheduler("planner");
  const interest = new InterestRanking(dataset, new CategoryItems(dataset, () => maskReading(experiment)));
  const planner = new ModelPlanner({
    complete: scheduler.complete,
    prompt: promptFor("planner", { file: experiment.planner.prompt, text: promptText }),
    knowledge: plannerKnowledge(dataset, experiment),
    settings: { ...experiment.planner, seed: experiment.seed },
    fallback: new OfflinePlanner({ dataset, interest, ...experiment.planner }),
    watch: pool.watch("planner"),
    badReply: "bounded",
  });
  const ids = recorded.plan.reflections;
  const shown = [...reflections.map(shownOf), ...summaryOf(dataset, reflections)].filter(({ id }) => ids.includes(id));
  const request = { session: sessionBefore(dataset, experiment, episode, step), reflections: shown };
  const [plan] = await planner.plan([request], abort.signal);
  const facts =
    plan?.source === "model" ? factsOf(dataset, request.session, plan, planSetting(dataset, experiment)) : undefined;
  const last = calls.at(-1);
  return {
    before: { categories: recorded.plan.categories, reply: context.recordedReply },
    after: {
      categories: (plan?.categories ?? []).map((category) => dataset.categories[category]?.id ?? category),
      reply: last?.reply ?? "",
      latencyMs: last?.latencyMs ?? 0,
      messages: last?.messages ?? planner.render(request),
      cached: last?.cached ?? false,
      ...(plan?.unusable && { problem: plan.unusable.cause }),
      ...(facts && { about: planSentence(facts, namesOf(dataset)) }),
    },
    categoryNames: categoryNames(dataset),
  };
}

/** By id, as prompts call them. */
export const categoryNames = (dataset: Dataset): Readonly<Record<number, string>> =>
  Object.fromEntries(categoryEntries(dataset, "names").map(({ id, name }) => [id, name]));

/** The session as it stood before a step. */
function sessionBefore(dataset: Dataset, experiment: Experiment, episode: Episode, step: number): Session {
  const user: UserIndex = dataset.userIds.indexOf(episode.user);
  if (user < 0)
    throw new InputError(
      "run.unknown-user",
      `User ${episode.user} of the recorded session is not in the data set any more.`,
    );
  const index = new Map(dataset.itemIds.map((id, item) => [id, item]));
  return {
    number: 0,
    slot: episode.slot,
    user,
    key: 0,
    history: historyOf(dataset, user, experiment.simulator.historyLength),
    steps: episode.steps.slice(0, step).map(({ items, feedback, probabilities, reward, repeated, patience }) => ({
      items: items.map((id) => index.get(id) ?? 0),
      feedback: feedback.map((names) =>
        names.reduce((bits, name) => bits | (1 << Math.max(0, dataset.feedbackTypes.indexOf(name))), 0),
      ),
      probabilities,
      reward,
      repeated,
      patience,
    })),
  };
}
