import type { Experiment } from "../../protocol/experiment.ts";
import type { Dataset } from "../data/dataset.ts";
import { LerlError } from "../errors.ts";
import type { CategoryMask, Session } from "../simulator/session.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";

export interface ActRequest {
  readonly session: Session;
  /** [items]; undefined: everything is allowed. */
  readonly mask: CategoryMask | undefined;
}

/** `sample` explores (training), `mean` does not (evaluation). */
export type ActMode = "sample" | "mean";

export interface PolicyOutcome {
  readonly session: Session;
  readonly reward: number;
  /** The user left: no value beyond this step. */
  readonly terminated: boolean;
  /** A turn limit cut the session: the value goes on. */
  readonly truncated: boolean;
}

/** Numbers of one update, by the names of the metric catalogue (src/protocol/metrics.ts). */
export type Diagnostics = Readonly<Record<string, number>>;

/**
 * The low-level actor (section 1, step 4). A slot's session is opened once, then acted on and observed step by step.
 * A result for one slot never depends on which other slots are asked in the same call.
 */
export interface Policy {
  readonly name: string;
  /**
   * What is to be learned before the first session of a new run, if anything.
   * @param progress told what is done, 0..1; throws to stop
   */
  prepare?(progress: (fraction: number) => void): Promise<void>;
  /** A new session begins in `session.slot`. */
  open(session: Session): void;
  /** Slates [requests, slateSize] of distinct items. */
  act(requests: readonly ActRequest[], mode: ActMode): Int32Array;
  /** What came of the last `act`; `session` already holds the step. */
  observe(outcomes: readonly PolicyOutcome[]): void;
  /** The rollout is over: learn from it. Policies that do not learn return nothing. */
  learn(): Promise<Diagnostics | undefined>;
  /** Settings of the experiment have changed: those of this policy take effect with its next update. */
  configure(experiment: Experiment): void;
  /** A copy that acts with the same weights on `slots` sessions of its own, for evaluation. */
  evaluator(slots: number): Policy;
  /** Everything a checkpoint must keep, apart from the open sessions, which are opened and replayed again. */
  state(): PolicyState;
  restore(state: PolicyState): void;
  dispose(): Promise<void>;
}

/** What a policy that learns is made of. */
export interface LearnerOptions {
  /** Computes; stays the caller's to dispose of. */
  readonly engine: TensorEngine;
  readonly dataset: Dataset;
  readonly experiment: Experiment;
  /** Seed of the run; the experiment's by default. */
  readonly seed?: number;
  /** Sessions acted on at once; simulator.users by default. */
  readonly slots?: number;
}

export interface PolicyState {
  readonly json: unknown;
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

/**
 * An array of a checkpoint, of the length that a policy has room for.
 * @throws LerlError `policy.state-mismatch`
 */
export function savedArray(arrays: PolicyState["arrays"], name: string, length: number): Float32Array {
  const saved = arrays[name];
  if (saved?.length === length) return saved;
  throw new LerlError(
    "policy.state-mismatch",
    `The checkpoint's ${name} holds ${saved?.length ?? 0} numbers, this policy has ${length}: it was written for another data set or other policy settings. Resume with the experiment it was written by.`,
  );
}
