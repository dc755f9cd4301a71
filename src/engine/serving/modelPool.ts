/** The schedulers of a run: one per role, one budget and one answer cache for both, and one way to pause. */
import { resolve } from "node:path";
import type { Experiment } from "../../protocol/experiment.ts";
import { type PromptRole, promptRoles } from "../../protocol/promptRole.ts";
import type { MetricRow } from "../../protocol/run.ts";
import { OPENAI_URL } from "../../protocol/serverAddress.ts";
import { type WantedKey, wantedKey } from "../../protocol/wantedKeys.ts";
import { InputError } from "../errors.ts";
import type { Blocked, BudgetReached } from "../llm/blocked.ts";
import { Budget, budgetSettings } from "../llm/budget.ts";
import type { Notice } from "../llm/notices.ts";
import { DialectMemory } from "../llm/providers/dialect.ts";
import { OpenAiProvider } from "../llm/providers/openai.ts";
import { ReplayProvider } from "../llm/providers/replay.ts";
import { type VscodeOptions, VscodeProvider } from "../llm/providers/vscode.ts";
import { ReplyWatch } from "../llm/replyWatch.ts";
import { type Activity, Scheduler } from "../llm/scheduler.ts";
import type { ModelStatistics } from "../llm/statistics.ts";
import { TokenRoom } from "../llm/tokenRoom.ts";
import type { CallRow, Provider } from "../llm/types.ts";
import { systemClock } from "../llm/waiting.ts";
import { RandomStream } from "../math/random.ts";
import { AnswerFile } from "./answerFile.ts";
import type { RunControl } from "./control.ts";

/** How a process reaches models. Keys stay in memory. */
export interface ModelAccess {
  /**
   * Told what will be wanted before anything is sent.
   * @throws InputError where a key may not go there, or is missing
   */
  readonly settle?: (wanted: readonly WantedKey[]) => Promise<void>;
  /** The API key for the server that will be asked; undefined: it is asked without one. @throws InputError as `settle` */
  readonly apiKey: (wanted: WantedKey) => string | undefined;
  /** Asks one of the editor's own models; absent outside the editor. */
  readonly ask?: VscodeOptions["ask"];
}

export interface ModelPoolOptions {
  readonly models: ModelAccess;
  readonly control: RunControl;
  /** Folder of the experiment file: relative paths start there. */
  readonly baseFolder: string;
  readonly cacheFile: string;
  readonly record: (row: CallRow) => void;
  /** Told of what does not keep models from being asked: answers that cannot be kept, for one. */
  readonly warn: (message: string) => void;
  /** Something a person should know about a model. */
  readonly notice?: (notice: Notice) => void;
  /**
   * Somebody can raise a budget, or change a prompt, while the run waits. Where nobody can, a budget that is used up and
   * a model whose replies are of no use interrupt the run. True by default.
   */
  readonly attended?: boolean;
  /** Shared with other pools; one of its own by default. */
  readonly budget?: Budget;
  /** Who asks, where it is no run. */
  readonly asker?: Asker;
}

/** What messages call whoever asks, and how it goes on on the command line. */
export interface Asker {
  readonly noun: string;
  /** @param limit a budget that must be raised for it */
  readonly goOn: (limit?: BudgetReached["limit"]) => string;
  /** What to do about replies of no use, for a person. */
  readonly advice?: string;
  /** After a change of the key, say; ends the sentence. */
  readonly afterChange?: string;
  /** Hears that nothing goes on because replies are of no use. */
  readonly useless?: () => void;
}

const RUN: Asker = {
  noun: "run",
  goOn: (limit) => `lerl resume <run folder>${limit ? ` --set ${budgetSettings[limit]}=<more>` : ""}`,
};

/** While a model cannot be reached, it is asked again: soon at first, then ever later. Milliseconds. */
const RETRY = { first: 1000, longest: 15_000 } as const;
/** What a used-up budget holds a run back by: one for both roles. */
const BUDGET = "budget";
/** What a model of no use holds it back by. */
const repliesOf = (role: PromptRole): string => `${role}'s replies`;

export class ModelPool {
  readonly budget: Budget;
  private readonly schedulers = new Map<PromptRole, Scheduler>();
  private cache: Promise<AnswerFile> | undefined;
  /** What is learned of a server and a model serves both roles. */
  private readonly dialects = new DialectMemory();
  private readonly room = new TokenRoom();
  private limits: Experiment["models"];
  /** Retries in vain since a role's model last answered. */
  private readonly retries = new Map<PromptRole, number>();
  private readonly asker: Asker;

  constructor(
    private readonly experiment: Experiment,
    private readonly options: ModelPoolOptions,
  ) {
    this.limits = experiment.models;
    this.budget = options.budget ?? new Budget(experiment.models);
    this.asker = options.asker ?? RUN;
  }

  /** @throws InputError where the role's model settings cannot be used */
  async scheduler(role: PromptRole): Promise<Scheduler> {
    const provider = await this.provider(role);
    const { experiment } = this;
    this.cache ??= AnswerFile.open(this.options.cacheFile, this.options.warn);
    const scheduler = new Scheduler({
      provider,
      limits: experiment.models,
      budget: this.budget,
      // Recorded answers are a cache of their own.
      ...(provider.kind !== "replay" && { cache: await this.cache }),
      record: (row) => this.record(role, row),
      onBlocked: (why) => this.onBlocked(role, why),
      ...(this.options.notice && { notice: this.options.notice }),
      clock: systemClock,
      jitter: new RandomStream(experiment.seed, "jitter", role),
    });
    this.schedulers.set(role, scheduler);
    return scheduler;
  }

  /** Stops a run whose model's replies are of no use. */
  watch(role: PromptRole): ReplyWatch {
    const { control, attended = true } = this.options;
    return new ReplyWatch({
      role,
      ...(this.asker.advice !== undefined && { advice: this.asker.advice }),
      // What was recorded does not change while a run waits.
      share: () => (this.experiment[role].provider === "replay" ? 1 : this.limits.unusableShare),
      pause: (reason) => {
        this.asker.useless?.();
        if (!attended) control.stop("unusable", `${reason} On the command line: ${this.asker.goOn()}.`);
        return control.block(repliesOf(role), reason);
      },
    });
  }

  /** What goes on at the moment, by role. */
  get activity(): ReadonlyMap<PromptRole, Activity> {
    return new Map([...this.schedulers].map(([role, { activity }]) => [role, activity]));
  }

  /** In force at once, for requests that wait too; a run that waits for a higher budget goes on. */
  setLimits(limits: Experiment["models"]): void {
    const isMilder = limits.unusableShare > this.limits.unusableShare;
    this.limits = limits;
    this.budget.limits = limits;
    for (const scheduler of this.schedulers.values()) scheduler.setLimits(limits);
    this.options.control.release(BUDGET);
    if (isMilder) for (const role of promptRoles) this.options.control.release(repliesOf(role));
  }

  /** Numbers of the iteration that ended; nothing without a model. Latencies are those of the slower role. */
  lap(userSteps: number): MetricRow["values"] {
    const laps = new Map([...this.schedulers].map(([role, scheduler]) => [role, scheduler.lap()]));
    if (laps.size === 0) return {};
    const all = [...laps.values()];
    const sum = (name: keyof ModelStatistics) => all.reduce((total, lap) => total + (lap[name] ?? 0), 0);
    return {
      llmCalls: sum("llmCalls"),
      llmCallsPerUserStep: (laps.get("planner")?.llmCalls ?? 0) / Math.max(1, userSteps),
      llmCacheHits: sum("llmCacheHits"),
      llmTokensIn: sum("llmTokensIn"),
      llmTokensOut: sum("llmTokensOut"),
      ...(all.some((lap) => lap.llmTokensCached !== undefined) && { llmTokensCached: sum("llmTokensCached") }),
      llmLatencyP50: Math.max(...all.map((lap) => lap.llmLatencyP50)),
      llmLatencyP95: Math.max(...all.map((lap) => lap.llmLatencyP95)),
      llmRetries: sum("llmRetries"),
      llmCut: sum("llmCut"),
      llmTokensPerSecond: Math.max(...all.map((lap) => lap.llmTokensPerSecond)),
      llmErrors: sum("llmErrors"),
      llmCost: sum("llmCost"),
    };
  }

  private record(role: PromptRole, row: CallRow): void {
    this.options.record(row);
    if (row.attempts === 0 || row.error !== undefined) return;
    if (this.retries.delete(role)) this.options.control.release(role);
  }

  private async onBlocked(role: PromptRole, why: Blocked): Promise<void> {
    const { control, attended = true } = this.options;
    if (why.kind === "budget") {
      const how = `On the command line: ${this.asker.goOn(why.limit)}.`;
      if (!attended) control.stop("interrupted", `${why.message} ${how}`);
      return control.block(BUDGET, why.message);
    }
    const retries = this.retries.get(role) ?? 0;
    this.retries.set(role, retries + 1);
    const backoff = Math.min(RETRY.longest, RETRY.first * 2 ** retries);
    const wait = Math.max(backoff, (why.retryAfterSeconds ?? 0) * 1000);
    const goesOn = `The ${this.asker.noun} goes on by itself when the model answers again`;
    const { afterChange = "after a change of the key or the experiment, stop and resume it" } = this.asker;
    const change = why.cause === "refused" ? `; ${afterChange}.` : ".";
    await control.block(role, `${why.message} ${goesOn}${change}`, wait);
  }

  private async provider(role: PromptRole): Promise<Provider> {
    const settings = this.experiment[role];
    const { models, baseFolder } = this.options;
    switch (settings.provider) {
      case "openai": {
        const { baseUrl = OPENAI_URL } = settings;
        const apiKey = models.apiKey(wantedKey(settings));
        return new OpenAiProvider({
          baseUrl,
          ...(apiKey && { apiKey }),
          dialects: this.dialects,
          room: this.room,
        });
      }
      case "vscode":
        if (models.ask) return new VscodeProvider({ ask: models.ask });
        throw new InputError(
          "models.no-editor",
          `${role}.provider: "vscode" works inside the editor only. On the command line use "openai" with a base URL, or "offline".`,
        );
      case "replay":
        if (settings.replayFrom) return ReplayProvider.open(resolve(baseFolder, settings.replayFrom, "llm.jsonl"));
        throw new InputError(
          "models.replay-missing",
          `${role}.replayFrom: missing; "replay" needs the run folder whose recorded answers it uses.`,
        );
      case "offline":
        throw new Error(`the offline ${role} needs no model`);
    }
  }
}
