/** The simulated users (docs/method.md, section 4): slates in, clicks, rewards and leavers out, in Gymnasium's terms. */

import * as z from "zod";
import type { FidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { QuitRule } from "../../protocol/experiment/simulator.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { type Dataset, type History, historyOf, type ItemIndex, type UserIndex } from "../data/dataset.ts";
import { uniformAt } from "../math/random.ts";
import { correlationPenaltyInForce, slateCorrelations } from "./correlation.ts";
import { judgeSlate } from "./quitRule.ts";
import type { ResponseModel } from "./responseModel.ts";
import { rewardPerFeedback } from "./reward.ts";
import { type FinishedSession, type Session, type SessionStep, sessionStepSchema } from "./session.ts";
import { type SessionSource, type SessionStart, sessionStartSchema } from "./sessionSource.ts";

export interface EnvironmentOptions {
  readonly dataset: Dataset;
  /** With room for `config.users` sessions; the environment is its only user. */
  readonly responseModel: ResponseModel;
  readonly sessions: SessionSource;
  readonly config: Pick<
    Experiment["simulator"],
    "users" | "slateSize" | "historyLength" | "correlationPenalty" | "rewardWeights" | "quit"
  >;
  /** Section 10. */
  readonly correlation: FidelityChoice<"correlation">;
}

/** What came of one slate; a `PolicyOutcome` too. */
export interface StepResult {
  /** The session the slate was served in, with this step. When the user left, it is the true end of that session. */
  readonly session: Session;
  readonly reward: number;
  /** Its expectation: the slate's feedback probabilities, after the correlation penalty, in place of the feedback. */
  readonly expectedReward: number;
  /** The user left of their own accord. */
  readonly terminated: boolean;
  /** A turn limit cut the session. */
  readonly truncated: boolean;
  /** Present when the session ended. */
  readonly finished?: FinishedSession;
  /** What runs in the slot now: the same session, the one that replaced it, or nothing (the slot is idle). */
  readonly next: Session | undefined;
}

/** Plain JSON: a restored environment goes on bit for bit. */
export const environmentStateSchema = z.strictObject({
  /** The session source's own. */
  source: z.unknown(),
  /** By slot; null: idle. */
  running: z
    .array(
      sessionStartSchema
        .extend({ temper: z.number().nullable(), steps: z.array(sessionStepSchema).readonly() })
        .nullable(),
    )
    .readonly(),
});
export type EnvironmentState = Readonly<z.output<typeof environmentStateSchema>>;

class RunningSession implements Session {
  readonly steps: SessionStep[] = [];
  readonly number: number;
  readonly user: UserIndex;
  readonly key: number;
  /** What the quit rule remembers. */
  temper: number | undefined;

  constructor(
    start: SessionStart,
    readonly slot: number,
    readonly history: History,
  ) {
    this.number = start.number;
    this.user = start.user;
    this.key = start.key;
  }
}

export class Environment {
  /** The rule in force. May be replaced between steps: running sessions keep the temper they have. */
  quitRule: QuitRule;
  readonly slots: number;
  private readonly running: (RunningSession | undefined)[];
  private readonly feedbackTypes: number;
  private readonly weights: Float64Array;
  /** [slots, slate, feedbackTypes] */
  private readonly probabilities: Float32Array;
  /** [slots, slate] */
  private readonly feedback: Uint8Array;
  /** [slate] */
  private readonly correlations: Float64Array;
  private readonly penalty: number;

  constructor(private readonly options: EnvironmentOptions) {
    const { config, responseModel, correlation } = options;
    this.slots = config.users;
    this.quitRule = config.quit;
    this.running = new Array<RunningSession | undefined>(this.slots).fill(undefined);
    this.feedbackTypes = responseModel.feedbackTypes.length;
    this.weights = rewardPerFeedback(responseModel.feedbackTypes, config.rewardWeights);
    this.probabilities = new Float32Array(this.slots * config.slateSize * this.feedbackTypes);
    this.feedback = new Uint8Array(this.slots * config.slateSize);
    this.correlations = new Float64Array(config.slateSize);
    this.penalty = correlationPenaltyInForce(config.correlationPenalty, correlation);
  }

  /** The running sessions in slot order: the rows that `step` expects. */
  get sessions(): readonly Session[] {
    return this.running.filter((session) => session !== undefined);
  }

  /** Starts a session in every slot. */
  reset(): readonly Session[] {
    for (let slot = 0; slot < this.slots; slot++) this.begin(slot);
    return this.sessions;
  }

  /**
   * Serves every running session its slate. Users who leave are replaced at once.
   * @param slates [sessions, slate] distinct items in rank order, one row per running session in slot order
   */
  step(slates: Int32Array): readonly StepResult[] {
    const served = this.running.filter((session) => session !== undefined);
    const { slateSize } = this.options.config;
    this.check(slates, served.length);
    const slots = served.map((session) => session.slot);
    const probabilities = this.probabilities.subarray(0, slates.length * this.feedbackTypes);
    const feedback = this.feedback.subarray(0, slates.length);
    this.options.responseModel.predict(slots, slates, probabilities);
    for (const [row, session] of served.entries()) {
      const from = row * slateSize;
      const slate = slates.subarray(from, from + slateSize);
      this.respond(
        session,
        slate,
        probabilities.subarray(from * this.feedbackTypes, (from + slateSize) * this.feedbackTypes),
        feedback.subarray(from, from + slateSize),
      );
    }
    this.options.responseModel.append(slots, slates, feedback);
    return served.map((session, row) => {
      const from = row * slateSize;
      return this.conclude(
        session,
        slates.subarray(from, from + slateSize),
        probabilities.subarray(from * this.feedbackTypes, (from + slateSize) * this.feedbackTypes),
        feedback.subarray(from, from + slateSize),
      );
    });
  }

  state(): EnvironmentState {
    return {
      source: this.options.sessions.state(),
      running: this.running.map((session) =>
        session
          ? {
              number: session.number,
              user: session.user,
              key: session.key,
              temper: session.temper ?? null,
              steps: session.steps,
            }
          : null,
      ),
    };
  }

  /** Opens the saved sessions again and tells the response model what was served in them. */
  restore(state: EnvironmentState): void {
    this.options.sessions.restore(state.source);
    for (const [slot, saved] of state.running.entries()) {
      if (!saved) {
        this.running[slot] = undefined;
        continue;
      }
      const session = this.open(saved, slot);
      session.temper = saved.temper ?? undefined;
      session.steps.push(...saved.steps);
      const items = saved.steps.flatMap((step) => step.items);
      const feedback = saved.steps.flatMap((step) => step.feedback);
      if (items.length > 0) {
        this.options.responseModel.append([slot], Int32Array.from(items), Uint8Array.from(feedback));
      }
    }
  }

  /** Feedback bits of one slate: p after the correlation penalty against the place's own uniform (steps 2 and 3). */
  private respond(session: RunningSession, slate: Int32Array, probabilities: Float32Array, feedback: Uint8Array): void {
    const types = this.feedbackTypes;
    slateCorrelations(this.options.responseModel.itemEncodings, slate, this.correlations);
    for (let i = 0; i < slate.length; i++) {
      const penalty = this.penalty * (this.correlations[i] as number);
      let bits = 0;
      for (let f = 0; f < types; f++) {
        const place = i * types + f;
        const p = Math.min(1, Math.max(0, (probabilities[place] as number) - penalty));
        probabilities[place] = p;
        if (uniformAt(session.key, session.steps.length, place) < p) bits |= 1 << f;
      }
      feedback[i] = bits;
    }
  }

  /** Records the step, asks the quit rule, and replaces a leaver (steps 4 to 6). */
  private conclude(
    session: RunningSession,
    slate: Int32Array,
    probabilities: Float32Array,
    feedback: Uint8Array,
  ): StepResult {
    const { dataset } = this.options;
    const verdict = judgeSlate(this.quitRule, dataset.itemCategories, session.steps, slate, session.temper);
    const reward = this.reward(feedback);
    const expectedReward = this.expectedReward(probabilities);
    session.temper = verdict.temper;
    session.steps.push({
      items: Array.from<ItemIndex>(slate),
      feedback: Array.from(feedback),
      probabilities: Array.from(feedback, (_, i) => probabilities[i * this.feedbackTypes] as number),
      reward,
      repeated: verdict.repeated,
      patience: verdict.patience,
    });
    if (!verdict.ended) return { session, reward, expectedReward, terminated: false, truncated: false, next: session };
    return {
      session,
      reward,
      expectedReward,
      terminated: verdict.ended === "quit",
      truncated: verdict.ended === "turn-limit",
      finished: { session, ended: verdict.ended },
      next: this.begin(session.slot),
    };
  }

  /** Mean over the slate of the weights of the feedback given. */
  private reward(feedback: Uint8Array): number {
    let sum = 0;
    for (const bits of feedback) {
      for (let f = 0; f < this.feedbackTypes; f++) if ((bits >> f) & 1) sum += this.weights[f] as number;
    }
    return sum / feedback.length;
  }

  /** @param probabilities [slate, feedbackTypes] after the correlation penalty */
  private expectedReward(probabilities: Float32Array): number {
    let sum = 0;
    for (let i = 0; i < probabilities.length; i++) {
      sum += (probabilities[i] as number) * (this.weights[i % this.feedbackTypes] as number);
    }
    return (sum * this.feedbackTypes) / probabilities.length;
  }

  private begin(slot: number): Session | undefined {
    const start = this.options.sessions.next(slot);
    if (start) return this.open(start, slot);
    this.running[slot] = undefined;
    return undefined;
  }

  private open(start: SessionStart, slot: number): RunningSession {
    const { dataset, config, responseModel } = this.options;
    const session = new RunningSession(start, slot, historyOf(dataset, start.user, config.historyLength));
    responseModel.open(slot, session.user, session.history);
    this.running[slot] = session;
    return session;
  }

  /** A wrong slate is a policy's defect and must not become a reward. */
  private check(slates: Int32Array, sessions: number): void {
    const { slateSize } = this.options.config;
    if (slates.length !== sessions * slateSize) {
      throw new RangeError(`${slates.length} items for ${sessions} slates of ${slateSize}`);
    }
    for (let i = 0; i < slates.length; i++) {
      const item = slates[i] as number;
      if (item < 0 || item >= this.options.dataset.items) throw new RangeError(`item ${item} in slate ${i}`);
      for (let j = i - (i % slateSize); j < i; j++) {
        if (slates[j] === item)
          throw new RangeError(`item ${item} twice in the slate of row ${Math.floor(i / slateSize)}`);
      }
    }
  }
}
