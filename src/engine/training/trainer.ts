/**
 * The loop of docs/method.md, section 1: rollout, reflections, update; iteration by iteration, and an evaluation now and
 * then. It knows interfaces only; `runs/assembleRun.ts` chooses what stands behind them.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Answered } from "../../protocol/run/answered.ts";
import type { PlanQuality } from "../../protocol/run/planQuality.ts";
import type { Episode, MetricRow, TimelineEvent } from "../../protocol/run.ts";
import type { ReflectionPool } from "../critic/reflectionPool.ts";
import type { Dataset } from "../data/dataset.ts";
import { askedPlan, namesOf, type PlanJudge } from "../metrics/planQuality.ts";
import type { Policy } from "../policy/policy.ts";
import type { AnswerTally } from "../serving/answerTally.ts";
import type { RunControl } from "../serving/control.ts";
import type { Players } from "../serving/players.ts";
import type { ServedStep, Stepper } from "../serving/stepper.ts";
import type { FailureWatch } from "../signatures/failureSignatures.ts";
import type { Environment } from "../simulator/environment.ts";
import { type EpisodeRecorder, episodeId } from "./episodes.ts";
import type { DocumentInForce, LiveChanges } from "./liveChanges.ts";
import type { PeriodicEvaluation } from "./periodicEvaluation.ts";
import type { Place } from "./place.ts";
import { type EndedSession, Reflecting } from "./reflecting.ts";
import { IterationTally, type TallyContext } from "./tally.ts";
import type { TrainerCheckpoint } from "./trainerState.ts";

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

export interface TrainerParts {
  readonly dataset: Dataset;
  readonly environment: Environment;
  readonly policy: Policy;
  readonly stepper: Stepper;
  readonly players: Pick<Players, "planner" | "critic" | "promptHashes">;
  readonly pool: ReflectionPool;
  readonly episodes: EpisodeRecorder;
  readonly tally: TallyContext;
  readonly control: RunControl;
  readonly sink: TrainingSink;
  /** What goes on before the first step, and how much of it is done: 0..1. */
  readonly progress: (phase: string, fraction: number) => void;
  readonly evaluation: Pick<PeriodicEvaluation, "measure" | "observe" | "state" | "restore">;
  /** Looks a completed iteration and the sessions that ended in it over for trouble. */
  readonly watch: FailureWatch;
  /** Milliseconds from any origin; reaches timing rows only. */
  readonly now: () => number;
  readonly document: DocumentInForce;
  readonly place: Place;
  readonly changes: Pick<LiveChanges, "apply">;
  readonly answers: AnswerTally;
  /** Undefined where no model plans. */
  readonly plans?: PlanJudge | undefined;
}

export class Trainer {
  private readonly reflecting: Reflecting | undefined;
  /** Sessions that ended in the iteration under way. */
  private ended: Episode[] = [];

  private readonly nameOf: (category: number) => string;

  constructor(private readonly parts: TrainerParts) {
    this.nameOf = namesOf(parts.dataset);
    const { players, pool, document, sink, tally } = parts;
    this.reflecting =
      players.critic &&
      new Reflecting({
        critic: players.critic,
        pool,
        dataset: parts.dataset,
        slateSize: document.experiment.simulator.slateSize,
        reflectionSession: tally.fidelity("reflectionSession"),
        poolScore: tally.fidelity("poolScore"),
        baseline: document.experiment.reflections.baseline,
        promptHash: () => players.promptHashes().critic,
        written: (written, { id, iteration }) => {
          this.parts.answers.add("critic", written);
          const { userSteps } = this.parts.place.next;
          if (written.unusable)
            sink.event({ type: "stand-in", role: "critic", iteration, userSteps, episode: id, ...written.unusable });
        },
        reflected: (episode) => {
          this.keep(episode);
          sink.pool();
        },
      });
  }

  /** Who answered so far, where models are asked. */
  get answered(): Answered {
    return this.parts.answers.counts;
  }

  /** How its plans fare as plans, where a model is asked for them. */
  get planQuality(): PlanQuality | undefined {
    return this.parts.plans?.quality;
  }

  /** Begins a new run: prepares the policy, resets the environment, and measures the policy before it served anybody. */
  async start(): Promise<void> {
    const { environment, stepper, policy, control, progress } = this.parts;
    await policy.prepare?.((fraction) => {
      control.signal.throwIfAborted();
      progress("Learning from the log", fraction);
    });
    environment.reset();
    stepper.open();
    await this.measure({}, { userSteps: 0, seconds: 0 });
  }

  /** Runs to the end. Throws the control's StopSignal when stopped in between. */
  async run(): Promise<void> {
    const { document, place } = this.parts;
    const { iterations } = document.experiment.training;
    while (place.completed.iteration < iterations) await this.iterate();
  }

  /** One rollout and one update. */
  private async iterate(): Promise<void> {
    const { place, policy, now } = this.parts;
    const started = now();
    const before = place.completed;
    const iteration = before.iteration + 1;
    const tally = new IterationTally(this.parts.tally);
    const userSteps = await this.rollOut(iteration, before.userSteps, tally);
    const diagnostics = (await policy.learn()) ?? {};
    const work = { userSteps: userSteps - before.userSteps, seconds: (now() - started) / 1000 };
    place.complete(iteration, userSteps);
    await this.measure({ ...tally.values(), ...diagnostics }, work);
  }

  /** The environment steps of an iteration, each told to the tally; the user steps served by its end. */
  private async rollOut(iteration: number, begin: number, tally: IterationTally): Promise<number> {
    const { environment, document, control, sink, changes, place } = this.parts;
    const { rolloutSteps } = document.experiment.training;
    let userSteps = begin;
    for (let step = 0; step < rolloutSteps; step++) {
      // Whatever waits outside, a change or a signal, is let in between two steps.
      await nextTurn();
      await control.proceed();
      changes.apply(iteration, userSteps);
      const isLast = step === rolloutSteps - 1;
      place.next = {
        iteration: isLast ? iteration + 1 : iteration,
        userSteps: userSteps + environment.sessions.length,
      };
      const served = await this.step();
      userSteps += served.length;
      for (const one of served) tally.add(one);
      this.record(served, iteration, userSteps);
      sink.progress(iteration, (step + 1) / (rolloutSteps + 1));
    }
    await this.reflecting?.settle();
    return userSteps;
  }

  /**
   * One step of every session. What its plans are made with is settled first; then the planner and the critic work at
   * the same time, and the critic's words on the step before enter the pool; then it is served.
   */
  private async step(): Promise<readonly ServedStep[]> {
    const { stepper, control } = this.parts;
    const requests = stepper.prepare();
    await Promise.all([stepper.plan(requests, control.signal), this.reflecting?.settle()]);
    return stepper.serve();
  }

  /** Notes troubled plans on the timeline, and hands finished sessions to the critic. */
  private record(served: readonly ServedStep[], iteration: number, userSteps: number): void {
    const { sink, episodes, control, answers, plans, dataset } = this.parts;
    const ended: EndedSession[] = [];
    for (const one of served) {
      const { result, plan } = one;
      const { made, event } = plan;
      const place = { iteration, userSteps, episode: episodeId(result.session), step: result.session.steps.length };
      if (made && event) sink.event({ type: "plan", code: event, ...place });
      if (made && made.invalidReplies > 0) sink.event({ type: "plan", code: "plan.invalid", ...place });
      if (made) answers.add("planner", made);
      if (made) plans?.add(askedPlan(dataset, result.session, made, plans.setting, place.step - 1));
      if (made?.unusable) sink.event({ type: "stand-in", role: "planner", ...place, ...made.unusable });
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
    const { document, place, control, sink, pool, evaluation, watch } = this.parts;
    const { iteration, userSteps } = place.completed;
    const { training, evaluation: settings } = document.experiment;
    evaluation.observe(this.ended);
    const due = iteration % settings.every === 0 || iteration === training.iterations;
    const evaluated = due ? await evaluation.measure(iteration) : {};
    control.signal.throwIfAborted();
    const row: MetricRow = { iteration, userSteps, values: { ...values, ...evaluated } };
    sink.metrics(row);
    const episodes = this.ended;
    this.ended = [];
    const { experiment } = document;
    const candidates = this.parts.plans?.setting.candidates.length;
    const seen = { row, experiment, reflections: pool.reflections, episodes, nameOf: this.nameOf, candidates };
    for (const event of watch.observe(seen)) sink.event(event);
    await sink.iterationDone(iteration, work);
  }

  /** Between iterations only: the rollout is empty then. */
  state(): TrainerCheckpoint {
    const { environment, stepper, episodes, players, pool, document, place, evaluation, watch } = this.parts;
    const policy = this.parts.policy.state();
    return {
      json: structuredClone({
        ...place.completed,
        experiment: document.experiment,
        prompts: players.promptHashes(),
        environment: environment.state(),
        stepper: stepper.state(),
        episodes: episodes.state(),
        planner: players.planner?.state() ?? null,
        policy: policy.json,
        pool: pool.state(),
        answered: this.parts.answers.counts,
        ...(this.parts.plans && { plans: this.parts.plans.state() }),
        watch: watch.state(),
        evaluation: evaluation.state(),
      }),
      arrays: policy.arrays,
    };
  }

  restore({ json, arrays }: TrainerCheckpoint): void {
    const { environment, policy, stepper, episodes, players, pool, place, evaluation, watch } = this.parts;
    place.complete(json.iteration, json.userSteps);
    pool.restore(json.pool);
    watch.restore(json.watch);
    this.parts.answers.restore(json.answered);
    if (json.plans) this.parts.plans?.restore(json.plans);
    evaluation.restore(json.evaluation);
    players.planner?.restore(json.planner);
    policy.restore({ json: json.policy, arrays });
    environment.restore(json.environment);
    stepper.restore(json.stepper);
    stepper.open();
    episodes.restore(json.episodes);
  }
}
