/** The trials this process serves, and what is sent to the client about them. */
import { isActive } from "../../protocol/run/states.ts";
import { summaryOf, type TrialProgress, type TrialSummary } from "../../protocol/trial/summary.ts";
import { InputError, messageOf } from "../errors.ts";
import { Trial } from "../trials/trial.ts";
import type { TrialExtension, TrialHost, TrialStart } from "../trials/trialHost.ts";
import type { Notify } from "./liveRuns.ts";
import { ProgressNews } from "./progressNews.ts";

type Host = Omit<TrialHost, "models" | "progress" | "record" | "estimate" | "log">;

export class LiveTrials {
  private readonly trials = new Map<string, Trial>();
  private readonly opening = new Set<Promise<Trial>>();
  private stopping = false;
  private readonly progress: ProgressNews<TrialProgress>;

  constructor(
    private readonly host: Host,
    private readonly notify: Notify,
  ) {
    // What is known so far goes with how far it is.
    this.progress = new ProgressNews(
      ({ id }) => id,
      (progress) => {
        notify("trial/progress", progress);
        this.tell(progress.id);
      },
    );
  }

  get(id: string): Trial | undefined {
    return this.trials.get(id);
  }

  /** Of a trial that is served, with what is known so far. */
  summary(id: string): TrialSummary | undefined {
    const trial = this.trials.get(id);
    if (!trial) return undefined;
    const result = trial.result();
    return { ...summaryOf(trial.current), ...((result.n > 0 || result.grid) && { result }) };
  }

  /** Begins a trial; returns as soon as its folder stands. */
  async start(start: TrialStart, models: TrialHost["models"]): Promise<TrialSummary> {
    return this.begin(Trial.create(start, this.hostFor(models)));
  }

  async reopen(path: string, models: TrialHost["models"], extension: TrialExtension): Promise<TrialSummary> {
    return this.begin(Trial.reopen(path, this.hostFor(models), extension));
  }

  /** Keeps what was paid for. @throws InputError where it is not served here */
  async stop(id: string): Promise<void> {
    const trial = this.trials.get(id);
    if (!trial)
      throw new InputError(
        "trial.not-running",
        `The trial ${id} is not running in this window. End it where it was started.`,
      );
    trial.control.stop("stopped");
    await trial.execute();
  }

  async stopAll(): Promise<void> {
    this.stopping = true;
    await Promise.allSettled(this.opening);
    const serving = [...this.trials.values()];
    for (const trial of serving) trial.control.stop("interrupted");
    await Promise.allSettled(serving.map((trial) => trial.execute()));
  }

  /** One that is still being opened when the engine stops is stopped as soon as it is. */
  private async begin(opening: Promise<Trial>): Promise<TrialSummary> {
    this.opening.add(opening);
    try {
      const trial = await opening;
      if (this.stopping) trial.control.stop("interrupted");
      return this.execute(trial);
    } finally {
      this.opening.delete(opening);
    }
  }

  private execute(trial: Trial): TrialSummary {
    const { id } = trial.folder;
    this.trials.set(id, trial);
    trial
      .execute()
      .catch((error: unknown) =>
        this.notify("engine/log", { level: "error", message: `Trial ${id}: ${messageOf(error)}` }),
      )
      .finally(() => {
        this.progress.flush(id);
        this.trials.delete(id);
        this.notify("trial/changed", summaryOf(trial.current));
      });
    return summaryOf(trial.current);
  }

  /** With what is known so far. Its end is told once its folder is free. */
  private tell(id: string): void {
    const summary = this.summary(id);
    if (summary && isActive(summary.state)) this.notify("trial/changed", summary);
  }

  private hostFor(models: TrialHost["models"]): TrialHost {
    return {
      ...this.host,
      models,
      progress: (progress) => this.progress.take(progress),
      record: ({ id }) => this.tell(id),
      log: (level, message) => this.notify("engine/log", { level, message }),
    };
  }
}
