/** One moment, planned by one contender. */
import type { Moment } from "../../protocol/moments.ts";
import type { CellRow } from "../../protocol/trial/cell.ts";
import { categoriesOf, type Dataset } from "../data/dataset.ts";
import { factsOf, type PlanSetting } from "../metrics/planQuality.ts";
import type { Planner, PlanRequest } from "../planner/planner.ts";
import { followSteps } from "../policy/baselines/truth.ts";
import { lastSlateCategories } from "../simulator/interest.ts";
import type { Lane } from "./serveVisit.ts";

export interface CellQuestion {
  readonly contender: number;
  readonly moment: Moment;
  readonly repeat: number;
  readonly request: PlanRequest;
  /** What plans are judged by. */
  readonly plans: PlanSetting;
  /** Of this contender and repeat. Undefined: everything is allowed. */
  readonly planner: Planner | undefined;
  /** What the answer took and used, by its call. */
  readonly measured: (callId: string) => Pick<CellRow, "latencyMs" | "tokens">;
}

/** @throws the signal's reason, and what the planner throws */
export async function serveCell(lane: Lane, question: CellQuestion, signal: AbortSignal): Promise<CellRow> {
  const { dataset, responseModel } = lane.setting;
  const { request, planner, contender, moment, repeat } = question;
  const { session, reflections } = request;
  responseModel.open(0, session.user, session.history);
  followSteps(responseModel, 0, session.steps);
  const [plan] = (await planner?.plan([request], signal)) ?? [];
  const categories = plan?.categories ?? [];
  const outlook = lane.judge?.look(session);
  const judged = lane.judge && outlook && lane.judge.judge(outlook, session, categories, 0);
  const shown = new Set(
    session.steps.flatMap(({ items }) => items.flatMap((item) => [...categoriesOf(dataset, item)])),
  );
  const last = lastSlateCategories(dataset, session);
  const repeated = categories.filter((category) => last.has(category)).length;
  return {
    contender,
    moment: moment.name,
    repeat,
    plan: {
      categories: categories.map((category) => idOf(dataset, category)),
      source: plan?.source ?? "none",
      reflections: reflections.map(({ id }) => id),
      ...(plan?.callId !== undefined && { callId: plan.callId }),
    },
    ...(plan?.unusable && { unusable: plan.unusable }),
    ...(plan && plan.source !== "fallback" && { facts: factsOf(dataset, session, plan, question.plans) }),
    newCategories: categories.filter((category) => !shown.has(category)).length,
    overlapWithLastSlate: categories.length === 0 ? 0 : repeated / categories.length,
    oracle: judged?.oracle ?? 0,
    inPlan: judged?.inPlan ?? 0,
    stepsLost: judged?.stepsLost ?? 0,
    ...(plan?.callId !== undefined && question.measured(plan.callId)),
  };
}

const idOf = ({ categories }: Dataset, category: number): number => categories[category]?.id ?? category;
