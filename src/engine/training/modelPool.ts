/** The schedulers of a run: one per role, one budget and one answer cache for both, and one way to pause. */
import { join } from "node:path";
import type { Experiment } from "../../protocol/experiment.ts";
import type { MetricRow } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
import { AnswerCache } from "../llm/answerCache.ts";
import { Budget } from "../llm/budget.ts";
import type { Blocked } from "../llm/errors.ts";
import { OpenAiProvider } from "../llm/providers/openai.ts";
import { ReplayProvider } from "../llm/providers/replay.ts";
import { type VscodeOptions, VscodeProvider } from "../llm/providers/vscode.ts";
import { Scheduler } from "../llm/scheduler.ts";
import type { ModelStatistics } from "../llm/statistics.ts";
import type { CallRow, Provider } from "../llm/types.ts";
import { systemClock } from "../llm/waiting.ts";
import { RandomStream } from "../math/random.ts";
import type { RunControl } from "./control.ts";

/** How a process reaches models. Keys stay in memory. */
export interface ModelAccess {
  /** The API key: of the variable the experiment names, or the one the user gave. */
  readonly apiKey: (variable: string | undefined) => string | undefined;
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
}

/** While a model cannot be reached, it is asked again after this many milliseconds. */
const RETRY_MS = 15_000;
const DEFAULT_BASE_URL = "https://api.openai.com/v1";

export class ModelPool {
  readonly budget: Budget;
  private readonly schedulers = new Map<"planner" | "critic", Scheduler>();
  private cache: AnswerCache | undefined;
  private blocked = false;

  constructor(
    private readonly experiment: Experiment,
    private readonly options: ModelPoolOptions,
  ) {
    this.budget = new Budget(experiment.models);
  }

  /** @throws InputError where the role's model settings cannot be used */
  async scheduler(role: "planner" | "critic"): Promise<Scheduler> {
    const provider = await this.provider(role);
    const { experiment } = this;
    this.cache ??= AnswerCache.open(this.options.cacheFile);
    const scheduler = new Scheduler({
      provider,
      limits: experiment.models,
      budget: this.budget,
      // Recorded answers are a cache of their own.
      ...(provider.kind !== "replay" && { cache: this.cache }),
      record: (row) => this.record(row),
      onBlocked: (why) => this.onBlocked(why),
      clock: systemClock,
      jitter: new RandomStream(experiment.seed, "jitter", role),
    });
    this.schedulers.set(role, scheduler);
    return scheduler;
  }

  /** Numbers of the iteration that ended; nothing without a model. Latencies are those of the slower role. */
  lap(userSteps: number): MetricRow["values"] {
    const laps = new Map([...this.schedulers].map(([role, scheduler]) => [role, scheduler.lap()]));
    if (laps.size === 0) return {};
    const all = [...laps.values()];
    const sum = (name: keyof ModelStatistics) => all.reduce((total, lap) => total + lap[name], 0);
    return {
      llmCalls: sum("llmCalls"),
      llmCallsPerUserStep: (laps.get("planner")?.llmCalls ?? 0) / Math.max(1, userSteps),
      llmCacheHits: sum("llmCacheHits"),
      llmTokensIn: sum("llmTokensIn"),
      llmTokensOut: sum("llmTokensOut"),
      llmLatencyP50: Math.max(...all.map((lap) => lap.llmLatencyP50)),
      llmLatencyP95: Math.max(...all.map((lap) => lap.llmLatencyP95)),
      llmRetries: sum("llmRetries"),
      llmErrors: sum("llmErrors"),
      llmCost: sum("llmCost"),
    };
  }

  private record(row: CallRow): void {
    this.options.record(row);
    if (this.blocked && row.attempts > 0 && row.error === undefined) {
      this.blocked = false;
      this.options.control.resume();
    }
  }

  private async onBlocked(why: Blocked): Promise<void> {
    const { control } = this.options;
    if (why.kind === "budget") return control.block(why.message);
    this.blocked = true;
    await control.block(`${why.message} The run goes on by itself when the model answers again.`, RETRY_MS);
  }

  private async provider(role: "planner" | "critic"): Promise<Provider> {
    const settings = this.experiment[role];
    const { models, baseFolder } = this.options;
    switch (settings.provider) {
      case "openai": {
        const apiKey = models.apiKey(settings.apiKeyVariable);
        return new OpenAiProvider({ baseUrl: settings.baseUrl ?? DEFAULT_BASE_URL, ...(apiKey && { apiKey }) });
      }
      case "vscode":
        if (models.ask) return new VscodeProvider({ ask: models.ask });
        throw new InputError(
          "models.no-editor",
          `${role}.provider: "vscode" works inside the editor only. On the command line use "openai" with a base URL, or "offline".`,
        );
      case "replay":
        if (settings.replayFrom) return ReplayProvider.open(join(baseFolder, settings.replayFrom, "llm.jsonl"));
        throw new InputError(
          "models.replay-missing",
          `${role}.replayFrom: missing; "replay" needs the run folder whose recorded answers it uses.`,
        );
      case "offline":
        throw new Error(`the offline ${role} needs no model`);
    }
  }
}
