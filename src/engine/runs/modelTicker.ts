/** Tells, second by second, what goes on between a run and its models. */
import type { Experiment } from "../../protocol/experiment.ts";
import type { PromptRole } from "../../protocol/promptRole.ts";
import type { ModelActivity } from "../../protocol/run/progress.ts";
import type { Activity } from "../llm/scheduler.ts";

const TICK_MS = 1000;
/** A model that is silent for longer is named: it may be loading, and a person may think that nothing goes on. */
const NAMED_AFTER_MS = 5000;

export class ModelTicker {
  private timer: NodeJS.Timeout | undefined;
  private readonly named = new Set<PromptRole>();

  constructor(
    private readonly activities: () => ReadonlyMap<PromptRole, Activity> | undefined,
    private readonly experiment: () => Experiment,
    private readonly say: (message: string) => void,
    private readonly tick: () => void,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => this.look(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Of both roles together; undefined while no model is asked. */
  get activity(): ModelActivity | undefined {
    const all = [...(this.activities()?.values() ?? [])];
    const [first, ...others] = all;
    if (!first) return undefined;
    const slower = others.reduce((slow, one) => (one.latencyMs > slow.latencyMs ? one : slow), first);
    const sum = (count: (one: Activity) => number): number => all.reduce((total, one) => total + count(one), 0);
    return {
      inFlight: sum(({ inFlight }) => inFlight),
      waiting: sum(({ waiting }) => waiting),
      limit: sum(({ limit }) => limit),
      silentSeconds: Math.max(...all.map(({ silentMs }) => silentMs)) / 1000,
      ...(slower.latencyMs > 0 && {
        latencySeconds: slower.latencyMs / 1000,
        tokensPerSecond: slower.tokensPerSecond,
      }),
    };
  }

  private look(): void {
    for (const [role, { silentMs, inFlight, waiting }] of this.activities() ?? []) {
      if (silentMs < NAMED_AFTER_MS) this.named.delete(role);
      if (silentMs < NAMED_AFTER_MS || inFlight === 0 || this.named.has(role)) continue;
      this.named.add(role);
      const { model = "its model", baseUrl } = this.experiment()[role];
      const at = baseUrl === undefined ? "" : ` at ${baseUrl}`;
      const queue = waiting > 0 ? `, ${waiting} waiting` : "";
      this.say(
        `The ${role} waits for ${model}${at}: no answer for ${Math.round(silentMs / 1000)} s (${inFlight} in flight${queue}). A model that is loading takes a while.`,
      );
    }
    if (this.activity) this.tick();
  }
}
