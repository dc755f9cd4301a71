/** What the tokens of a session tell beside items and feedback (`policy.state`; docs/method.md, section 5). */
import type { Experiment } from "../../protocol/experiment.ts";
import type { Session } from "../simulator/session.ts";

export interface SessionNotes {
  /** Numbers per token. */
  readonly width: number;
  /** The note of each token of the slate that a session was served at a step. */
  readonly at: (session: Session, step: number) => readonly number[];
}

const none: SessionNotes = { width: 0, at: () => [] };

/**
 * With `policy.state: session` every token of the session under way says so, in what share of the longest session it was
 * served, and what share of the patience was left after it: [1, step, patience]. Shares are of what the document begins
 * with; under a rule changed live they may pass 1.
 */
export function sessionNotes({ policy, simulator }: Pick<Experiment, "policy" | "simulator">): SessionNotes {
  if (policy.state === "history") return none;
  const { quit } = simulator;
  const [patience, longest] =
    quit.rule === "temper" ? [quit.initialTemper, quit.initialTemper / quit.stepCost] : [quit.maxTurns, quit.maxTurns];
  return {
    width: 3,
    at: ({ steps }, step) => [1, (step + 1) / longest, (steps[step]?.patience ?? 0) / patience],
  };
}
