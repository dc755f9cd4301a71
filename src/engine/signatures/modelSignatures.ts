/** Models that are asked and are of little help: their stand-ins work in their place, or they answer the same to everything. */
import type { Experiment } from "../../protocol/experiment.ts";
import { type Unusable, whatCame } from "../llm/replyWatch.ts";
import { SHOWN_SLATES } from "../planner/plannerContext.ts";
import {
  course,
  type Finding,
  type IterationObservation,
  latest,
  percent,
  type Signature,
  type Window,
} from "./signature.ts";

/** One in ten: a result is told as the model's, and a tenth of it is not. */
const STAND_IN = 0.1;

export const standIn: Signature = {
  code: "model.stand-in",
  patience: 2,
  examine: ({ experiment }, window) => {
    const plans = atLeast(window, "standInPlans");
    const lessons = atLeast(window, "standInReflections");
    if (plans === undefined && lessons === undefined) return undefined;
    const shares = [
      ...(plans === undefined ? [] : [`${percent(plans)} of plans`]),
      ...(lessons === undefined ? [] : [`${percent(lessons)} of reflections`]),
    ].join(" and ");
    return {
      message: `${shares} are the stand-in's: replies of the model could not be used. The events of type stand-in say why, with the replies; change the prompt, the model or its limits.`,
      evidence: {
        standInPlans: course(window, "standInPlans"),
        standInReflections: course(window, "standInReflections"),
        threshold: STAND_IN,
        pausesAbove: experiment.models.unusableShare,
      },
    };
  },
};

function atLeast(window: Window, name: "standInPlans" | "standInReflections"): number | undefined {
  const share = latest(window, name);
  return share !== undefined && share >= STAND_IN ? share : undefined;
}

/** Fewer plans, or plans of fewer visits, may be alike by chance. */
const FEWEST_PLANS = 8;
const FEWEST_VISITS = 4;
/** A model that follows the visit names the very same categories for few others. */
const SAME_PLANS = 0.75;
/** Of the visits, those that fell back over one and the same reply. */
const SAME_REPLY = 0.5;

const remedyFor = ({ planner }: Experiment): string =>
  `Try another model, ${planner.answer === "ids" ? "let it answer by names (planner.answer), " : ""}raise planner.temperature, and see in the preview that the prompt shows the visit.`;

export const sameAnswer: Signature = {
  code: "model.same-answer",
  patience: 1,
  examine: (observation) => sameReply(observation) ?? samePlan(observation),
};

/** One reply for many visits that was of no use in any of them: to whoever reads plans they look like the stand-in's own. */
function sameReply({ experiment, episodes }: IterationObservation): Finding | undefined {
  const replies = new Answers<Unusable>();
  for (const { id, steps } of episodes) {
    for (const { plan } of steps) {
      if (plan.unusable && plan.unusable.reply !== "") replies.add(plan.unusable.reply, id, plan.unusable);
    }
  }
  const most = replies.most();
  const visits = most?.visits.size ?? 0;
  if (!most || visits < Math.max(FEWEST_VISITS, SAME_REPLY * episodes.length)) return undefined;
  return {
    message: `The same reply for ${visits} visits could not be used: ${whatCame(most.answer)} The stand-in planned in its place. ${remedyFor(experiment)}`,
    evidence: {
      visits,
      ofVisits: episodes.length,
      ...most.answer,
      thresholds: { visits: FEWEST_VISITS, share: SAME_REPLY },
    },
  };
}

/** The same categories in most plans whose visits had shown something else. */
function samePlan({
  experiment,
  episodes,
  nameOf,
  candidates = Number.POSITIVE_INFINITY,
}: IterationObservation): Finding | undefined {
  const plans = new Answers<readonly number[]>();
  const asked = new Set<string>();
  for (const { id, user, historyLength, steps } of episodes) {
    for (const [i, { plan }] of steps.entries()) {
      if (plan.source !== "model" || (i === 0 && historyLength === 0)) continue;
      const shown = steps.slice(Math.max(0, i - SHOWN_SLATES), i).map(({ items, feedback }) => [items, feedback]);
      // An equal question has an equal answer, which is kept: it counts once.
      const question = JSON.stringify([user, plan.reflections, shown]);
      if (asked.has(question)) continue;
      asked.add(question);
      plans.add(plan.categories.toSorted((a, b) => a - b).join(), id, plan.categories);
    }
  }
  const most = plans.most();
  // Nothing else can be answered where a plan may hold everything.
  if (!most || most.answer.length >= candidates || asked.size < FEWEST_PLANS || most.visits.size < FEWEST_VISITS)
    return undefined;
  if (most.times < SAME_PLANS * asked.size) return undefined;
  const names = most.answer.map(nameOf).join(", ");
  return {
    message: `This model answers the same whatever the visit: ${most.times} of its ${asked.size} plans, in ${most.visits.size} different visits, are ${names}. ${remedyFor(experiment)}`,
    evidence: {
      plans: asked.size,
      same: most.times,
      visits: most.visits.size,
      categories: most.answer,
      thresholds: { plans: FEWEST_PLANS, visits: FEWEST_VISITS, share: SAME_PLANS },
    },
  };
}

interface Answer<T> {
  readonly answer: T;
  readonly visits: Set<string>;
  times: number;
}

/** Equal answers, taken together. */
class Answers<T> {
  private readonly byKey = new Map<string, Answer<T>>();

  add(key: string, visit: string, answer: T): void {
    const found = this.byKey.get(key) ?? { answer, visits: new Set(), times: 0 };
    this.byKey.set(key, found);
    found.visits.add(visit);
    found.times++;
  }

  /** The one that was given most often; of equals the first. */
  most(): Answer<T> | undefined {
    return [...this.byKey.values()].reduce<Answer<T> | undefined>(
      (best, one) => (best && best.times >= one.times ? best : one),
      undefined,
    );
  }
}
