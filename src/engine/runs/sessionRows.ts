/** Evaluated sessions as they are kept. */
import { type Dataset, primaryCategory } from "../data/dataset.ts";
import type { SessionRow } from "../serving/evaluate.ts";
import type { EvaluatedPolicy, EvaluationRow } from "./evaluationFiles.ts";

export function rowsOf(
  policy: EvaluatedPolicy,
  sessions: readonly SessionRow[],
  dataset: Dataset,
  world?: EvaluationRow["world"],
): readonly EvaluationRow[] {
  return sessions.map(({ number, session, ended, tInt, rCum, rSin }) => ({
    policy,
    session: number,
    ...(world && { world }),
    user: dataset.userIds[session.user] ?? String(session.user),
    tInt,
    rCum,
    rSin,
    ended,
    rewards: session.steps.map(({ reward }) => reward),
  }));
}

/** [step][category] how often each was recommended at each step, as an item's primary category. */
export function categorySteps(sessions: readonly SessionRow[], dataset: Dataset): number[][] {
  const steps = Math.max(0, ...sessions.map(({ tInt }) => tInt));
  const counts = Array.from({ length: steps }, () => new Array<number>(dataset.categories.length).fill(0));
  for (const { session } of sessions) {
    for (const [t, { items }] of session.steps.entries()) {
      const row = counts[t] ?? [];
      for (const item of items) {
        const category = primaryCategory(dataset, item);
        row[category] = (row[category] ?? 0) + 1;
      }
    }
  }
  return counts;
}
