/** The planner and the critic of a run, with or without a language model, and the prompts they use. */
import { join } from "node:path";
import type { PromptText, PromptTexts } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { PromptRole } from "../../protocol/promptRole.ts";
import type { Critic } from "../critic/critic.ts";
import { ModelCritic } from "../critic/modelCritic.ts";
import { OfflineCritic } from "../critic/offline.ts";
import { InputError } from "../errors.ts";
import { ModelPlanner } from "../planner/modelPlanner.ts";
import { OfflinePlanner } from "../planner/offline.ts";
import type { Planner } from "../planner/planner.ts";
import { plannerKnowledge } from "../planner/plannerContext.ts";
import { type Prompt, parsePrompt } from "../prompts/prompt.ts";
import type { ChangeTargets, PromptPath } from "../training/liveChanges.ts";
import type { PromptHashes } from "../training/trainer.ts";
import { ModelPool, type ModelPoolOptions } from "./modelPool.ts";
import type { World } from "./world.ts";

export type PromptInForce = Pick<Prompt, "file" | "text" | "hash">;

export interface PlayerOptions extends Omit<ModelPoolOptions, "cacheFile"> {
  readonly prompts: PromptTexts;
  readonly storageFolder: string;
  readonly promptInForce: (role: PromptRole, prompt: PromptInForce, since: number) => void;
}

export interface Players {
  readonly planner: Planner | undefined;
  /** Plans without a model; undefined only where nothing plans. */
  readonly offlinePlanner: Planner | undefined;
  readonly critic: Critic | undefined;
  readonly promptHashes: () => PromptHashes;
  readonly checkPrompt: ChangeTargets["checkPrompt"];
  readonly changePrompt: ChangeTargets["prompt"];
  /** After a live change of a planner setting. */
  readonly configure: (experiment: Experiment) => void;
  readonly models: ModelPool;
}

/** @throws InputError where a prompt or a model setting cannot be used */
export async function createPlayers(experiment: Experiment, world: World, options: PlayerOptions): Promise<Players> {
  const { dataset, interest, fidelity } = world;
  const prompts = new Map<PromptRole, Prompt>();
  const models = new ModelPool(experiment, {
    ...options,
    cacheFile: join(options.storageFolder, "cache", "answers.jsonl"),
  });

  const offlinePlanner = new OfflinePlanner({ dataset, interest, ...experiment.planner });
  let planner: Planner | undefined = experiment.planner.enabled ? offlinePlanner : undefined;
  let modelPlanner: ModelPlanner | undefined;
  if (planner && experiment.planner.provider !== "offline") {
    const prompt = load("planner");
    const { complete } = await models.scheduler("planner");
    modelPlanner = new ModelPlanner({
      complete,
      prompt,
      knowledge: plannerKnowledge(dataset, experiment),
      settings: { ...experiment.planner, seed: experiment.seed },
      fallback: offlinePlanner,
      badReply: fidelity("badReply"),
    });
    planner = modelPlanner;
  }

  const offlineCritic = new OfflineCritic(dataset);
  let critic: Critic | undefined = experiment.critic.enabled ? offlineCritic : undefined;
  let modelCritic: ModelCritic | undefined;
  if (critic && experiment.critic.provider !== "offline") {
    const prompt = load("critic");
    const { complete } = await models.scheduler("critic");
    modelCritic = new ModelCritic({
      complete,
      prompt,
      knowledge: { dataset, slateSize: experiment.simulator.slateSize },
      settings: { ...experiment.critic, seed: experiment.seed },
      fallback: offlineCritic,
    });
    critic = modelCritic;
  }

  function load(role: PromptRole): Prompt {
    const given = options.prompts[role];
    if (!given) throw missingPrompt(role, experiment[role].prompt);
    const prompt = parseFor(role, given);
    prompts.set(role, prompt);
    options.promptInForce(role, prompt, 0);
    return prompt;
  }

  function parseFor(role: PromptRole, { file, text }: PromptText): Prompt {
    const prompt = parsePrompt(file, text);
    if (prompt.role === role) return prompt;
    throw new InputError(
      "prompt.wrong-role",
      `${file}: a prompt of role "${prompt.role}" cannot be the ${role}'s. Correct "role" in its first lines, or name another file.`,
    );
  }

  const roleOf = (path: PromptPath): PromptRole => (path === "planner.prompt" ? "planner" : "critic");
  const fileOf = (role: PromptRole): string => options.prompts[role]?.file ?? experiment[role].prompt;

  return {
    planner,
    offlinePlanner: planner && offlinePlanner,
    critic,
    models,
    promptHashes: () => Object.fromEntries([...prompts].map(([role, { hash }]) => [role, hash])),
    checkPrompt: (path, text) => {
      const role = roleOf(path);
      parseFor(role, { file: fileOf(role), text });
    },
    changePrompt: (path, text, iteration) => {
      const role = roleOf(path);
      const prompt = parseFor(role, { file: fileOf(role), text });
      const from = prompts.get(role)?.hash ?? "";
      prompts.set(role, prompt);
      if (role === "planner") modelPlanner?.setPrompt(prompt);
      else modelCritic?.setPrompt(prompt);
      options.promptInForce(role, prompt, iteration);
      return { from, to: prompt.hash };
    },
    configure: (changed) => {
      offlinePlanner.configure(changed.planner);
      modelPlanner?.setPlanSteps(changed.planner.replanEvery);
    },
  };
}

function missingPrompt(role: PromptRole, file: string): InputError {
  return new InputError(
    "prompt.missing",
    `${role}.prompt: the file ${file} was not found beside the experiment. Create it, or name another one.`,
  );
}
