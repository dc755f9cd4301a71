/**
 * Evaluation apart from training (docs/method.md, section 13): fixed users, common random numbers, mean action. Every
 * policy meets the same sessions, so their rows pair up by session number.
 */

import type { FidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Dataset } from "../data/dataset.ts";
import type { CategoryMasks } from "../planner/mask.ts";
import type { Plan } from "../planner/planner.ts";
import { Environment } from "../simulator/environment.ts";
import type { ResponseModel } from "../simulator/responseModel.ts";
import { type Session, type SessionEnd, sessionScores } from "../simulator/session.ts";
import { evaluationSessions, ListedSessions, type SessionStart } from "../simulator/sessionSource.ts";
import type { Contender } from "./contender.ts";
import { Stepper } from "./stepper.ts";
import type { World } from "./world.ts";

/** Sessions that run side by side at most; the result does not depend on it. */
const MOST_SLOTS = 50;

/** Room that a response model needs for evaluating so many sessions. */
const evaluationSlots = (sessions: number): number => Math.min(MOST_SLOTS, sessions);

export interface EvaluationSetting {
  readonly dataset: Dataset;
  readonly simulator: Experiment["simulator"];
  readonly correlation: FidelityChoice<"correlation">;
  /** With room for `evaluationSlots` sessions; one evaluation at a time uses it. */
  readonly responseModel: ResponseModel;
  readonly sessions: readonly SessionStart[];
  readonly masks: CategoryMasks;
}

/** The setting of an experiment's evaluations: fixed users, common random numbers. */
export function evaluationSetting(experiment: Experiment, world: World): EvaluationSetting {
  const { seed, sessions } = experiment.evaluation;
  return {
    dataset: world.dataset,
    simulator: experiment.simulator,
    correlation: world.fidelity("correlation"),
    responseModel: world.responseModels(evaluationSlots(sessions)),
    sessions: evaluationSessions(world.users, seed, sessions),
    masks: world.masks,
  };
}

/** One evaluated session; `number` pairs it with the same session of another policy. */
export interface SessionRow {
  readonly number: number;
  readonly session: Session;
  readonly ended: SessionEnd;
  readonly tInt: number;
  readonly rCum: number;
  readonly rSin: number;
}

/**
 * Evaluates one contender; rows in session order. Aborting throws the signal's reason.
 * @param planned hears every plan that is made
 */
export async function evaluate(
  setting: EvaluationSetting,
  contender: Contender,
  signal: AbortSignal,
  planned: (plan: Plan, session: Session) => void = () => undefined,
): Promise<readonly SessionRow[]> {
  const slots = evaluationSlots(setting.sessions.length);
  const environment = new Environment({
    dataset: setting.dataset,
    responseModel: setting.responseModel,
    sessions: new ListedSessions(setting.sessions),
    config: { ...setting.simulator, users: slots },
    correlation: setting.correlation,
  });
  environment.reset();
  const policy = contender.policy(slots);
  const stepper = new Stepper({
    dataset: setting.dataset,
    environment,
    planner: contender.planner,
    masks: setting.masks,
    policy,
    mode: "mean",
    sampleReflections: contender.sampleReflections ?? (() => []),
    replanEvery: () => contender.replanEvery ?? 1,
  });
  const rows: SessionRow[] = [];
  try {
    stepper.open();
    while (environment.sessions.length > 0) {
      signal.throwIfAborted();
      for (const { result, plan } of await stepper.step(signal)) {
        const { session, finished } = result;
        if (plan.made) planned(plan.made, session);
        if (finished) rows.push({ number: session.number, session, ended: finished.ended, ...sessionScores(session) });
      }
      // Evaluations take a second or more: let messages, pauses and signals through.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    await policy.dispose();
  }
  return rows.sort((a, b) => a.number - b.number);
}

/** Means over sessions. */
export function meanScores(rows: readonly SessionRow[]): { tInt: number; rCum: number; rSin: number } {
  const mean = (key: "tInt" | "rCum" | "rSin"): number =>
    rows.reduce((sum, row) => sum + row[key], 0) / Math.max(1, rows.length);
  return { tInt: mean("tInt"), rCum: mean("rCum"), rSin: mean("rSin") };
}
