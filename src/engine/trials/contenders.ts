/** Contenders: from what a document or the command line asks for to what serves (docs/trials.md). */
import { asksModel } from "../../protocol/asksModel.ts";
import { type Experiment, experimentSchema } from "../../protocol/experiment.ts";
import type { PromptVersion } from "../../protocol/run.ts";
import { plannerOf } from "../../protocol/trial/contenderPlanner.ts";
import type { ContenderRecord } from "../../protocol/trial/record.ts";
import type { ContenderDocument } from "../../protocol/trial.ts";
import { type PoolState, poolChange, ReflectionPool } from "../critic/reflectionPool.ts";
import { InputError } from "../errors.ts";
import { RandomStream } from "../math/random.ts";
import { promptHash } from "../prompts/prompt.ts";
import { promptFor } from "../serving/promptsInForce.ts";
import type { Base } from "./base.ts";
import { freeName } from "./names.ts";

/** A contender as it is asked for; `text` is the prompt's, wherever it comes from. */
export interface AskedContender extends Omit<ContenderDocument, "prompt"> {
  /** Further settings of the experiment's planner; null: not set, whatever the base has. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly prompt?: { readonly file: string; readonly text: string };
}

/** @throws InputError where one cannot serve from this base, or two have one name */
export function contenderRecords(asked: readonly AskedContender[], base: Base): readonly ContenderRecord[] {
  const records: ContenderRecord[] = [];
  const given = asked.flatMap(({ name }) => name ?? []);
  for (const contender of asked) {
    const record = recordOf(contender, base);
    checkPool(record, base);
    checkModel(record, base.experiment);
    const name =
      contender.name ?? freeName(describe(contender, record, base), [...given, ...records.map((other) => other.name)]);
    if (records.some((other) => other.name === name)) {
      throw new InputError("trial.contender", `Two contenders are named "${name}"; give each a name of its own.`);
    }
    records.push({ ...record, name });
  }
  return records;
}

function recordOf(asked: AskedContender, base: Base): Omit<ContenderRecord, "name"> {
  const { reflections = {}, pool, plan } = asked;
  const planner = plannerSettings(asked, base.experiment);
  const shared = {
    planner,
    reflections,
    pool: pool.map(({ reflection, action, text }) => ({ reflection, action, ...(text !== undefined && { text }) })),
  };
  if (plan !== undefined) return { plans: plan, ...shared };
  const { planner: own } = base.experiment;
  if (!wantsModel(asked) && !own.enabled) return { plans: "none", ...shared };
  if (!wantsModel(asked) && !asksModel(own)) {
    return { plans: own.strategy, ...shared, planner: { replanEvery: own.replanEvery, ...planner } };
  }
  return { plans: "model", prompt: promptOf(asked, base), ...shared };
}

/** Words, or settings of a model, mean one. */
const wantsModel = ({
  prompt,
  version,
  provider,
  model,
  baseUrl,
  temperature,
  maxTokens,
  reasoningEffort,
  answer,
}: AskedContender) =>
  [prompt, version, provider, model, baseUrl, temperature, maxTokens, reasoningEffort, answer].some(
    (given) => given !== undefined,
  );

const modelSettings = [
  "provider",
  "model",
  "baseUrl",
  "apiKeyVariable",
  "temperature",
  "maxTokens",
  "reasoningEffort",
  "answer",
  "replanEvery",
] as const;

/** What a model contender is asked with, where it differs from the base. */
function plannerSettings(asked: AskedContender, { planner }: Experiment): Record<string, unknown> {
  const chosen = modelSettings.map((name) => [name, asked[name]] as const).filter(([, value]) => value !== undefined);
  const given: Record<string, unknown> = { ...asked.settings, ...Object.fromEntries(chosen) };
  // Words mean a model, and one that came with an address is an OpenAI-compatible server's.
  if (given.provider === undefined && planner.provider === "offline" && asked.baseUrl !== undefined)
    given.provider = "openai";
  const changesHands = given.provider !== undefined && given.provider !== "offline" && planner.provider === "offline";
  if (changesHands && given.replanEvery === undefined) given.replanEvery = 4;
  return given;
}

/** @throws InputError where there is no such prompt, or it is not the planner's */
function promptOf({ prompt, version }: AskedContender, base: Base): NonNullable<ContenderRecord["prompt"]> {
  const found = prompt ?? (version === undefined ? base.promptInForce : versionOf(version, base.versions));
  if (!found) {
    const { prompt: named } = base.experiment.planner;
    const why = base.record.run
      ? "the base's run asked no model, and so keeps no planner prompt. Give the contender one: --prompt <file>"
      : `the file ${named} was not found beside the experiment. Create it, or give the contender a prompt`;
    throw new InputError("prompt.missing", `planner.prompt: ${why}.`);
  }
  const { file, text, hash } = promptFor("planner", found);
  return { file, text, hash };
}

function versionOf(begin: string, versions: readonly PromptVersion[]): PromptVersion {
  const found = versions.filter(({ role, hash }) => role === "planner" && hash.startsWith(begin));
  const [first] = found;
  if (first && new Set(found.map(({ hash }) => hash)).size === 1) return first;
  const known = [...new Set(versions.filter(({ role }) => role === "planner").map(({ hash }) => hash.slice(0, 8)))];
  const which = known.length > 0 ? `It knows ${known.join(", ")}.` : "It has used none.";
  const what = first ? "more than one planner prompt begins" : "no planner prompt of the base's run begins";
  throw new InputError("trial.version", `version "${begin}": ${what} so. ${which}`);
}

function checkPool({ pool }: Pick<ContenderRecord, "pool">, { pool: state }: Base): void {
  for (const { reflection } of pool) {
    if (state?.reflections.some(({ id }) => id === reflection)) continue;
    throw new InputError(
      "reflections.unknown",
      `Reflection ${reflection} is not in the pool of the trial's base; it holds ${state?.reflections.length ?? 0}.`,
    );
  }
}

function checkModel(record: Omit<ContenderRecord, "name">, experiment: Experiment): void {
  if (record.plans !== "model") return;
  const { planner } = experimentOf(record, experiment);
  if (planner.provider === "offline") {
    throw new InputError(
      "trial.no-model",
      `${record.prompt?.file ?? "The prompt"} is read by nobody: the experiment's planner asks no model. Set planner.provider and planner.baseUrl in the experiment, or give the trial a model: --base-url http://127.0.0.1:11434/v1 --model <name>.`,
    );
  }
}

/** By what a contender differs. */
function describe(asked: AskedContender, record: Omit<ContenderRecord, "name">, base: Base): string {
  const own = base.promptInForce && promptHash(base.promptInForce.text);
  const isOwn = record.prompt?.hash === own;
  const words = asked.prompt ? `${asked.prompt.file}${isOwn ? " (as it is)" : ""}` : record.prompt && "as it is";
  const who =
    asked.version !== undefined ? `version ${record.prompt?.hash.slice(0, 8)}` : (words ?? planNames[record.plans]);
  const model = asked.model === undefined ? [] : [asked.model];
  const settings = [
    ...(asked.temperature === undefined ? [] : [`temperature ${asked.temperature}`]),
    ...(asked.answer === undefined ? [] : [`answers by ${asked.answer}`]),
    ...(asked.replanEvery === undefined ? [] : [`replan every ${asked.replanEvery}`]),
    ...Object.entries(record.reflections).map(([setting, value]) => `${setting} ${value}`),
    ...record.pool.map(({ action, reflection }) => `${action} ${reflection}`),
  ];
  return [who, ...model, ...settings].join(", ");
}

const planNames: Readonly<Record<ContenderRecord["plans"], string>> = {
  model: "model",
  "top-interest": "top-interest",
  "least-recently-used": "least-recently-used",
  "round-robin": "round-robin",
  lessons: "lessons",
  none: "no plan",
  oracle: "oracle plan",
};

/** The base's document as a contender serves it. @throws InputError where a setting cannot be used */
export function experimentOf(
  { plans, planner, reflections }: Omit<ContenderRecord, "name">,
  base: Experiment,
): Experiment {
  const isOffline = plans !== "model" && plans !== "none" && plans !== "oracle";
  // What costs nothing plans anew at every step.
  const free = plans !== "model" && { replanEvery: planner.replanEvery ?? 1 };
  const parsed = experimentSchema.safeParse({
    ...base,
    planner: {
      ...plannerOf(base.planner, planner),
      ...free,
      enabled: plans !== "none",
      ...(plans !== "model" && { provider: "offline" }),
      ...(isOffline && { strategy: plans }),
    },
    reflections: { ...base.reflections, ...reflections },
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new InputError("trial.contender", `A contender cannot serve: ${problems.join("; ")}. Start a trial anew.`);
}

/** The base's pool with the contender's changes. */
export function poolOf({ pool }: ContenderRecord, { pool: state, experiment }: Base): PoolState {
  const changed = new ReflectionPool(experiment.reflections, new RandomStream(experiment.seed, "pool"));
  if (state) changed.restore(state);
  for (const { reflection, action, text } of pool) {
    changed.change(reflection, poolChange({ action, ...(text !== undefined && { text }) }));
  }
  return changed.state();
}
