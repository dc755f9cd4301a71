/** Visits as contenders serve them, made from few numbers. */
import type { Episode } from "../../../src/protocol/run.ts";
import type { VisitRow } from "../../../src/protocol/trial/visit.ts";

export interface MadeVisit {
  readonly expected?: number;
  /** R_cum by clicks; by default what was expected. */
  readonly rCum?: number;
  readonly rSin?: number;
  /** Categories in force, by step. */
  readonly steps?: readonly (readonly number[])[];
  /** Steps that the quit rule counted as repeats. */
  readonly repeated?: readonly number[];
  readonly source?: Episode["steps"][number]["plan"]["source"];
  readonly plans?: Partial<VisitRow["plans"]>;
  readonly judged?: Partial<VisitRow["judged"]>;
}

const NO_PLANS: VisitRow["plans"] = { made: 0, size: 0, followed: 0, overlap: 0, invalid: 0, fallback: 0 };
const NOTHING: VisitRow["judged"] = { steps: 0, oracle: 0, inPlan: 0, served: 0, stepsLost: 0 };

export function visit(contender: number, session: number, made: MadeVisit = {}): VisitRow {
  const { expected = 2, rCum = expected, steps = [[1, 2]], plans = {}, judged = {} } = made;
  return {
    contender,
    session,
    expected,
    plans: { ...NO_PLANS, ...plans },
    judged: { ...NOTHING, ...judged },
    episode: {
      id: `visit-${session}`,
      iteration: 0,
      slot: 0,
      user: `u${session}`,
      historyLength: 3,
      click: "is_click",
      steps: steps.map((categories, i) => ({
        plan: { categories, source: made.source ?? "model", reflections: [] },
        items: ["7"],
        itemCategories: [[1]],
        feedback: [[]],
        probabilities: [0.5],
        reward: rCum / steps.length,
        repeated: made.repeated?.includes(i) ?? false,
        patience: 20 - i,
      })),
      tInt: steps.length,
      rCum,
      rSin: made.rSin ?? rCum / steps.length,
      ended: "quit",
    },
  };
}

/** Visits of the baseline and of contenders that differ from it by so much, in their order; no two plan the same. */
export function visits(base: number, ...differences: readonly (readonly number[])[]): readonly VisitRow[] {
  const sessions = differences[0] ?? [];
  return sessions.flatMap((_, session) => [
    visit(0, session, { expected: base, steps: [[0]] }),
    ...differences.map((own, i) => visit(i + 1, session, { expected: base + (own[session] ?? 0), steps: [[i + 1]] })),
  ]);
}

/** `n` differences of this mean, half of them above it and half below. */
export const around = (mean: number, off: number, n: number): readonly number[] =>
  Array.from({ length: n }, (_, i) => mean + (i % 2 === 0 ? off : -off));
