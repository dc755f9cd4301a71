/**
 * The loop of docs/method.md, section 1: rollout, reflections, update; iteration by iteration, and an evaluation now and
 * then. It knows interfaces only; `assemble.ts` chooses what stands behind them.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Experiment } from "../../protocol/experiment.ts";
import type { PromptRole } from "../../protocol/promptRole.ts";
import type { Episode, MetricRow, TimelineEvent } from "../../protocol/run.ts";
import type { Critic } from "../critic/critic.ts";
import type { ReflectionPool } from "../critic/reflectionPool.ts";
import type { Planner } from "../planner/planner.ts";
import type { PolicyState } from "../policy/policy.ts";
import type { RunControl } from "../serving/control.ts";
import type { ServedStep, Stepper, StepperState } from "../serving/stepper.ts";
import type { FailureWatch } from "../signatures/failureSignatures.ts";
import type { EnvironmentState } from "../simulator/environment.ts";
import { type EpisodePlans, type EpisodeRecorder, episodeId } from "./episodes.ts";
import type { LiveChanges, StepPlace } from "./liveChanges.ts";
import type { PeriodicEvaluation, PeriodicEvaluationState } from "./periodicEvaluation.ts";
import { type EndedSession, Reflecting } from "./reflecting.ts";
import { IterationTally, type TallyContext } from "./tally.ts";

/** Where a run's rows go; written at once. */
export interface TrainingSink {
  metrics(row: MetricRow): void;
  event(event: TimelineEvent): void;
  episode(episode: Episode): void;
  /** The pool changed: by a new reflection, by sampling, or by hand. */
  pool(): void;
  /** An iteration is complete, its row written; 0 is the start. */
  iterationDone(iteration: number, work: IterationWork): Promise<void>;
  /** Steps served in the iteration under way: 0..1. */
  progress(iteration: number, fraction: number): void;
}

/** Rollout and update of one iteration, evaluation left out. */
export interface IterationWork {
  readonly userSteps: number;
  readonly seconds: number;
}

/** Numbers of one evaluation, by metric name. */
export type EvaluationValues = Readonly<
  Partial<Record<"evalTInt" | "evalRCum" | "evalRSin" | "evalNormalised", number>>
>;

export interface TrainerParts {
  readonly experiment: Experiment;
  readonly stepper: Stepper;
  readonly planner: Planner | undefined;
  readonly critic: Critic | undefined;
  readonly pool: ReflectionPool;
  readonly episodes: EpisodeRecorder;
  readonly tally: TallyContext;
  readonly control: RunControl;
  readonly sink: TrainingSink;
  readonly evaluation: Pick<PeriodicEvaluation, "measure" | "observe" | "state" | "restore">;
  /** Looks a completed iteration and the sessions that ended in it over for trouble. */
  readonly watch: FailureWatch;
  /** Milliseconds from any origin; reaches timing rows only. */
  readonly now: () => number;
  readonly changes: Pick<LiveChanges, "apply" | "experiment">;
  /** Hash of the prompts in force. */
  readonly promptHashes: () => PromptHashes;
}

export type PromptHashes = { readonly [role in PromptRole]?: string };

/** Everything a run needs to go on as if it had not been interrupted; arrays apart. */
export interface TrainerState {
  readonly iteration: number;
  readonly userSteps: number;
  /** The document and the prompts in force, live changes included. */
  readonly experiment: Experiment;
  readonly prompts: PromptHashes;
  readonly environment: EnvironmentState;
  readonly stepper: StepperState;
  readonly episodes: EpisodePlans;
  readonly planner: unknown;
  readonly policy: PolicyState["json"];
  readonly pool: ReturnType<ReflectionPool["state"]>;
  readonly watch: unknown;
  readonly evaluation: PeriodicEvaluationState;
}

export class Trainer {
  private iteration = 0;
  private userSteps = 0;
  private readonly reflecting: Reflecting | undefined;
  /** Sessions that ended in the iteration under way. */
  private ended: Episode[] = [];
  /** The environment step to come: where a change made now takes effect. */
  next: StepPlace = { iteration: 1, userSteps: 0 };

  constructor(private readonly parts: TrainerParts) {
    const { critic, pool, experiment, promptHashes, sink, tally } = parts;
    this.reflecting =
      critic &&
      new Reflecting({
        critic,
        pool,
        slateSize: experiment.simulator.slateSize,
        reflectionSession: tally.fidelity("reflectionSession"),
        poolScore: tally.fidelity("poolScore"),
        promptHash: () => promptHashes().critic,
        reflected: (episode) => {
          this.keep(episode);
          sink.pool();
        },
      });
  }

  /** What is completed. */
  get place(): { readonly iteration: number; readonly userSteps: number } {
    return { iteration: this.iteration, userSteps: this.userSteps };
  }

  /** Begins a new run: resets the environment and measures the untrained policy. */
  async start(): Promise<void> {
    const { stepper } = this.parts;
    stepper.parts.environment.reset();
    stepper.open();
    await this.measure({}, { userSteps: 0, seconds: 0 });
  }

  /** Runs to the end. Throws the control's StopSignal when stopped in between. */
  async run(): Promise<void> {
    const { iterations } = this.parts.experiment.training;
    while (this.iteration < iterations) await this.iterate();
  }

  /** One rollout and one update. */
  private async iterate(): Promise<void> {
    const { experiment, stepper, control, sink, changes } = this.parts;
    const { rolloutSteps } = experiment.training;
    const { policy, environment } = stepper.parts;
    const iteration = this.iteration + 1;
    const started = this.parts.now();
    const tally = new IterationTally(this.parts.tally);
    let userSteps = this.userSteps;
    for (let step = 0; step < rolloutSteps; step++) {
      // Whatever waits outside, a change or a signal, is let in between two steps.
      await nextTurn();
      await control.proceed();
      changes.apply(iteration, userSteps);
      const isLast = step === rolloutSteps - 1;
      this.next = { iteration: isLast ? iteration + 1 : iteration, userSteps: userSteps + environment.sessions.length };
      // The critic's words enter the pool once this step's plans are made: the two waits overlap.
      const served = await stepper.step(control.signal, this.reflecting?.settle());
      userSteps += served.length;
      for (const one of served) tally.add(one);
      this.record(served, iteration, userSteps);
      sink.progress(iteration, (step + 1) / (rolloutSteps + 1));
    }
    await this.reflecting?.settle();
    const diagnostics = (await policy.learn()) ?? {};
    const work = { userSteps: userSteps - this.userSteps, seconds: (this.parts.now() - started) / 1000 };
    this.iteration = iteration;
    this.userSteps = userSteps;
    await this.measure({ ...tally.values(), ...diagnostics }, work);
  }

  /** Notes troubled plans on the timeline, and hands finished sessions to the critic. */
  private record(served: readonly ServedStep[], iteration: number, userSteps: number): void {
    const { sink, episodes, control } = this.parts;
    const ended: EndedSession[] = [];
    for (const one of served) {
      const { result, plan } = one;
      const { made, event } = plan;
      const place = { iteration, userSteps, episode: episodeId(result.session), step: result.session.steps.length };
      if (made && event) sink.event({ type: "plan", code: event, ...place });
      if (made && made.invalidReplies > 0) sink.event({ type: "plan", code: "plan.invalid", ...place });
      const episode = episodes.record(one, iteration);
      if (episode) ended.push({ result, episode });
    }
    if (this.reflecting) this.reflecting.submit(ended, control.signal);
    else for (const { episode } of ended) this.keep(episode);
  }

  private keep(episode: Episode): void {
    this.ended.push(episode);
    this.parts.sink.episode(episode);
  }

  /** Evaluates where one is due, and writes the iteration's row. */
  private async measure(values: MetricRow["values"], work: IterationWork): Promise<void> {
    const { experiment, control, sink, pool, evaluation, watch, changes } = this.parts;
    const { iteration, userSteps } = this;
    evaluation.observe(this.ended);
    const due = iteration % experiment.evaluation.every === 0 || iteration === experiment.training.iterations;
    const evaluated = due ? await evaluation.measure(iteration) : {};
    control.signal.throwIfAborted();
    const row: MetricRow = { iteration, userSteps, values: { ...values, ...evaluated } };
    sink.metrics(row);
    const episodes = this.ended;
    this.ended = [];
    const observation = { row, experiment: changes.experiment, reflections: pool.reflections, episodes };
    for (const event of watch.observe(observation)) sink.event(event);
    await sink.iterationDone(iteration, work);
  }

  /** Between iterations only: the rollout is empty then. */
  state(): { readonly json: TrainerState; readonly arrays: PolicyState["arrays"] } {
    const { stepper, episodes, planner, pool, changes, promptHashes, evaluation } = this.parts;
    const policy = stepper.parts.policy.state();
    return {
      json: structuredClone({
        iteration: this.iteration,
        userSteps: this.userSteps,
        experiment: changes.experiment,
        prompts: promptHashes(),
        environment: stepper.parts.environment.state(),
        stepper: stepper.state(),
        episodes: episodes.state(),
        planner: planner?.state() ?? null,
        policy: policy.json,
        pool: pool.state(),
        watch: this.parts.watch.state(),
        evaluation: evaluation.state(),
      }),
      arrays: policy.arrays,
    };
  }

  restore({ json, arrays }: ReturnType<Trainer["state"]>): void {
    const { stepper, episodes, planner, pool } = this.parts;
    this.iteration = json.iteration;
    this.userSteps = json.userSteps;
    this.next = { iteration: json.iteration + 1, userSteps: json.userSteps };
    pool.restore(json.pool);
    this.parts.watch.restore(json.watch);
    this.parts.evaluation.restore(json.evaluation);
    planner?.restore(json.planner);
    stepper.parts.policy.restore({ json: json.policy, arrays });
    stepper.parts.environment.restore(json.environment);
    stepper.restore(json.stepper);
    stepper.open();
    episodes.restore(json.episodes);
  }
}
