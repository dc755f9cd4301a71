/** The planner and the critic of a run, with or without a language model. */

import { asksModel } from "../../protocol/asksModel.ts";
import type { PromptTexts } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { PromptRole } from "../../protocol/promptRole.ts";
import type { Critic } from "../critic/critic.ts";
import { criticKnowledge } from "../critic/criticContext.ts";
import { ModelCritic } from "../critic/modelCritic.ts";
import { OfflineCritic } from "../critic/offline.ts";
import { ModelPlanner } from "../planner/modelPlanner.ts";
import { OfflinePlanner } from "../planner/offline.ts";
import type { Planner } from "../planner/planner.ts";
import { plannerKnowledge } from "../planner/plannerContext.ts";
import { answersFile } from "../store/storage.ts";
import { ModelPool, type ModelPoolOptions } from "./modelPool.ts";
import { type PromptHashes, PromptsInForce, type PromptsInForceOptions } from "./promptsInForce.ts";
import type { World } from "./world.ts";

export interface PlayerOptions extends Omit<ModelPoolOptions, "cacheFile"> {
  readonly prompts: PromptTexts;
  readonly storageFolder: string;
  readonly promptInForce: PromptsInForceOptions["inForce"];
}

export interface Players {
  readonly planner: Planner | undefined;
  /** Plans without a model; undefined only where nothing plans. */
  readonly offlinePlanner: Planner | undefined;
  readonly critic: Critic | undefined;
  readonly models: ModelPool;
  readonly promptHashes: () => PromptHashes;
  /** @throws InputError where a text cannot be the role's prompt */
  readonly checkPrompt: (role: PromptRole, text: string) => void;
  /** Puts a prompt in force from an iteration on; the hashes of the old and the new text. */
  readonly changePrompt: (
    role: PromptRole,
    text: string,
    iteration: number,
  ) => { readonly from: string; readonly to: string };
  /** After a live change of a planner setting, or of the quit rule, which its masks may follow. */
  readonly configure: (experiment: Experiment) => void;
}

/** @throws InputError where a prompt or a model setting cannot be used */
export async function createPlayers(experiment: Experiment, world: World, options: PlayerOptions): Promise<Players> {
  const cacheFile = answersFile(options.storageFolder);
  const models = new ModelPool(experiment, { ...options, cacheFile });
  const prompts = new PromptsInForce({ experiment, texts: options.prompts, inForce: options.promptInForce });
  const { offlinePlanner, modelPlanner } = await createPlanners(experiment, world, models, prompts);
  if (modelPlanner?.warning !== undefined) options.warn(modelPlanner.warning);
  const { offlineCritic, modelCritic } = await createCritics(experiment, world, models, prompts);
  return {
    planner: experiment.planner.enabled ? (modelPlanner ?? offlinePlanner) : undefined,
    offlinePlanner: experiment.planner.enabled ? offlinePlanner : undefined,
    critic: experiment.critic.enabled ? (modelCritic ?? offlineCritic) : undefined,
    models,
    promptHashes: () => prompts.hashes(),
    checkPrompt: (role, text) => {
      prompts.check(role, text);
    },
    changePrompt: (role, text, iteration) => {
      const { prompt, from } = prompts.change(role, text, iteration);
      const player = role === "planner" ? modelPlanner : modelCritic;
      player?.setPrompt(prompt);
      return { from, to: prompt.hash };
    },
    configure: (changed) => {
      offlinePlanner.configure(changed.planner);
      modelPlanner?.configure(plannerKnowledge(world.dataset, changed));
      modelCritic?.configure(criticKnowledge(world.dataset, changed));
    },
  };
}

/** The planner without a model, and the one that asks a model and falls back to it. */
async function createPlanners(experiment: Experiment, world: World, models: ModelPool, prompts: PromptsInForce) {
  const { dataset, interest, fidelity } = world;
  const { planner, seed } = experiment;
  const offlinePlanner = new OfflinePlanner({ dataset, interest, ...planner });
  if (!asksModel(planner)) return { offlinePlanner, modelPlanner: undefined };
  const prompt = prompts.begin("planner");
  const { complete } = await models.scheduler("planner");
  const modelPlanner = new ModelPlanner({
    complete,
    prompt,
    knowledge: plannerKnowledge(dataset, experiment),
    settings: { ...planner, seed },
    fallback: offlinePlanner,
    watch: models.watch("planner"),
    badReply: fidelity("badReply"),
  });
  return { offlinePlanner, modelPlanner };
}

/** The critic without a model, and the one that asks a model and falls back to it. */
async function createCritics(experiment: Experiment, world: World, models: ModelPool, prompts: PromptsInForce) {
  const { dataset } = world;
  const { critic, seed } = experiment;
  const offlineCritic = new OfflineCritic(dataset);
  if (!asksModel(critic)) return { offlineCritic, modelCritic: undefined };
  const prompt = prompts.begin("critic");
  const { complete } = await models.scheduler("critic");
  const modelCritic = new ModelCritic({
    complete,
    prompt,
    knowledge: criticKnowledge(dataset, experiment),
    settings: { ...critic, seed },
    fallback: offlineCritic,
    watch: models.watch("critic"),
  });
  return { offlineCritic, modelCritic };
}
