/** The models of a trial: one scheduler a server, one budget for all, and answers that were paid for before first. */
import { relative } from "node:path";
import type { Experiment } from "../../protocol/experiment.ts";
import type { TrialRecord } from "../../protocol/trial/record.ts";
import { Budget, budgetSettings } from "../llm/budget.ts";
import { ReplyWatch } from "../llm/replyWatch.ts";
import type { Scheduler } from "../llm/scheduler.ts";
import type { CallRow, Complete } from "../llm/types.ts";
import { estimateUsage } from "../llm/usage.ts";
import { ModelPlanner } from "../planner/modelPlanner.ts";
import { OfflinePlanner } from "../planner/offline.ts";
import type { Planner } from "../planner/planner.ts";
import { plannerKnowledge } from "../planner/plannerContext.ts";
import { parsePrompt } from "../prompts/prompt.ts";
import type { RunControl } from "../serving/control.ts";
import { type Asker, type ModelAccess, ModelPool } from "../serving/modelPool.ts";
import type { World } from "../serving/world.ts";
import { shellWord } from "../shellWord.ts";
import { answersFile } from "../store/storage.ts";
import { experimentOf } from "./contenders.ts";
import type { PaidAnswers } from "./paidAnswers.ts";
import type { Bill } from "./tally.ts";

export interface TrialModelsOptions {
  readonly record: TrialRecord;
  readonly models: ModelAccess;
  readonly control: RunControl;
  readonly baseFolder: string;
  readonly storageFolder: string;
  /** The trial's own. */
  readonly folder: string;
  readonly paid: PaidAnswers;
  /** Takes every finished call. */
  readonly call: (row: CallRow) => void;
  readonly notice: (message: string) => void;
  readonly attended: boolean;
  /** Hears that the trial waits because replies are of no use. */
  readonly useless: () => void;
}

const raisedBy = { calls: "--max-calls", tokens: "--max-tokens", cost: "--max-cost" } as const;

const ownLimits = { calls: "maxCalls", tokens: "maxTokens", cost: "maxCost" } as const;

/** What raises a limit: the trial's own, or the experiment's. */
const raising =
  ({ limits }: TrialRecord): Budget["raising"] =>
  (limit) =>
    limits?.[ownLimits[limit]] === undefined ? budgetSettings[limit] : `the trial's own limit of ${limit}`;

const asker = (folder: string, useless: () => void): Asker => ({
  noun: "trial",
  useless,
  afterChange: "after a change of the key, stop it and go on",
  goOn: (limit) =>
    `lerl trial ${shellWord(relative(process.cwd(), folder))}${limit ? ` ${raisedBy[limit]} <more>` : ""}`,
  advice:
    "Look at the replies (llm.jsonl in its folder). Go on once the model answers as it should, or start a trial of other words; models.unusableShare sets how many are too many.",
});

/** There is no answer to a question yet. */
export class Miss extends Error {
  /** @param tokens of the question, about */
  constructor(readonly tokens: number) {
    super("not answered yet");
  }
}

/** How a planner asks, and who hears whether replies are of use. */
interface Asking {
  readonly complete: Complete;
  readonly watch: ReplyWatch;
}

interface Server {
  readonly pool: ModelPool;
  readonly scheduler: Scheduler;
}

export class TrialModels {
  private readonly budget: Budget;
  private readonly servers = new Map<string, Server>();
  /** By contender, over everything it is asked. */
  private readonly watches = new Map<number, ReplyWatch>();

  constructor(private readonly options: TrialModelsOptions) {
    this.budget = new Budget(options.record.experiment.models, raising(options.record));
    this.budget.restore(options.paid.total);
  }

  /**
   * The planner of a contender that reads words.
   * @param repeat its answers to what it was asked before, so many times
   * @throws InputError where its model cannot be used
   */
  async planner(index: number, world: World, repeat: number): Promise<Planner> {
    const planner = await this.planning(index, world, repeat, ({ scheduler, pool }) => {
      const watch = this.watches.get(index) ?? pool.watch("planner");
      this.watches.set(index, watch);
      return { complete: scheduler.complete, watch };
    });
    if (planner.warning !== undefined && repeat === 0) {
      this.options.notice(`${this.options.record.contenders[index]?.name}: ${planner.warning}`);
    }
    return planner;
  }

  /** The same planner without asking: where there is no answer yet, a plan ends with `Miss`. */
  dryPlanner(index: number, world: World, repeat: number): Promise<Planner> {
    return this.planning(index, world, repeat, ({ scheduler }) => ({
      complete: async (request) => {
        const kept = scheduler.kept(request);
        if (kept) return kept;
        throw new Miss(estimateUsage(request, 0).inputTokens);
      },
      watch: new ReplyWatch({ role: "planner", share: () => 1, pause: async () => undefined }),
    }));
  }

  private async planning(
    index: number,
    world: World,
    repeat: number,
    asking: (server: Server) => Asking,
  ): Promise<ModelPlanner> {
    const { record, paid } = this.options;
    const contender = record.contenders[index];
    if (!contender?.prompt) throw new RangeError(`contender ${index} reads no words`);
    const experiment = experimentOf(contender, record.experiment);
    const { planner } = experiment;
    const { complete, watch } = asking(await this.server(experiment));
    const { dataset, interest } = world;
    return new ModelPlanner({
      complete: paid.before(complete, index, repeat),
      prompt: parsePrompt(contender.prompt.file, contender.prompt.text),
      knowledge: plannerKnowledge(dataset, experiment),
      settings: { ...planner, seed: experiment.seed },
      fallback: new OfflinePlanner({ dataset, interest, ...planner }),
      watch,
      badReply: world.fidelity("badReply"),
    });
  }

  get spending() {
    return this.budget.spending;
  }

  setLimits(record: TrialRecord): void {
    const { models } = record.experiment;
    this.budget.limits = models;
    this.budget.raising = raising(record);
    for (const { pool } of this.servers.values()) pool.setLimits(models);
  }

  bills(): readonly Bill[] {
    const { record, paid } = this.options;
    return record.contenders.map(({ plans, prompt, ...contender }, i) => {
      const { cost, ...spent } = paid.spentBy(i);
      const { planner, models } = experimentOf({ plans, ...contender }, record.experiment);
      const model = planner.model ?? (prompt && parsePrompt(prompt.file, prompt.text).settings.model);
      const hasPrice = plans !== "model" || (model !== undefined && models.prices[model] !== undefined);
      return { ...spent, cost: hasPrice ? cost : undefined, latencies: paid.latenciesOf(i) };
    });
  }

  /** Contenders of one server share its scheduler: what it takes at once it takes of all of them. */
  private async server(experiment: Experiment): Promise<Server> {
    const { provider, baseUrl, apiKeyVariable } = experiment.planner;
    const key = JSON.stringify([provider, baseUrl, apiKeyVariable]);
    const known = this.servers.get(key);
    if (known) return known;
    const { models, control, baseFolder, storageFolder, folder, attended, paid, call, notice, useless } = this.options;
    const pool = new ModelPool(experiment, {
      models,
      control,
      baseFolder,
      cacheFile: answersFile(storageFolder),
      record: (row) => {
        paid.note(row);
        call(row);
      },
      warn: notice,
      notice: ({ message }) => notice(message),
      attended,
      budget: this.budget,
      asker: asker(folder, useless),
    });
    const server = { pool, scheduler: await pool.scheduler("planner") };
    this.servers.set(key, server);
    return server;
  }
}
