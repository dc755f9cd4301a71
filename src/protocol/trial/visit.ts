/** One visit as one contender served it: a line of a trial's sessions.jsonl. */
import type { Episode } from "../run.ts";

/** Sums over the steps at which a plan was made (docs/trials.md, "Where the reward is lost"). */
export interface Judged {
  readonly steps: number;
  /** Expected reward of the oracle's slate, of the best slate inside the plan, and of the slate served. */
  readonly oracle: number;
  readonly inPlan: number;
  readonly served: number;
  /** Steps that the best slates inside the plans would cost by repeating. */
  readonly stepsLost: number;
}

export interface VisitRow {
  /** Index in the trial's list; the first is the baseline. */
  readonly contender: number;
  /** Index among the trial's fixed visits. */
  readonly session: number;
  /** R_cum with every click's chance in place of the click: what is compared. */
  readonly expected: number;
  readonly plans: {
    readonly made: number;
    /** Categories of all of them. */
    readonly size: number;
    /** Plans that follow another of the visit, and the sum of their Jaccard overlaps with it. */
    readonly followed: number;
    readonly overlap: number;
    /** Replies that could not be read, and plans by the stand-in. */
    readonly invalid: number;
    readonly fallback: number;
  };
  readonly judged: Judged;
  readonly episode: Episode;
}
