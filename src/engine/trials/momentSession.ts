/** A moment as a planner meets it: the visit so far, told by the data's own ids. */
import type { QuitRule } from "../../protocol/experiment/simulator.ts";
import type { Moment } from "../../protocol/moments.ts";
import { type Dataset, historyOf } from "../data/dataset.ts";
import { InputError } from "../errors.ts";
import { deriveKey } from "../math/random.ts";
import type { PlanRequest } from "../planner/planner.ts";
import { judgeSlate } from "../simulator/quitRule.ts";
import type { Session, SessionStep } from "../simulator/session.ts";

export interface MomentSetting {
  readonly dataset: Dataset;
  readonly feedbackTypes: readonly string[];
  /** [feedbackTypes] (`rewardPerFeedback`) */
  readonly rewards: Float64Array;
  readonly historyLength: number;
  readonly slateSize: number;
  readonly quitRule: QuitRule;
}

/** @throws InputError where the data knows no such user, item or feedback */
export function momentRequest(moment: Moment, setting: MomentSetting): PlanRequest {
  const { dataset, historyLength, quitRule } = setting;
  const user = dataset.userIds.indexOf(moment.user);
  if (user < 0) throw unknown(moment, `user "${moment.user}"`, dataset);
  const steps: SessionStep[] = [];
  let temper: number | undefined;
  for (const slate of moment.slates) {
    const step = stepOf(moment, slate, setting);
    const verdict = judgeSlate(quitRule, dataset.itemCategories, steps, Int32Array.from(step.items), temper);
    temper = verdict.temper;
    steps.push({ ...step, repeated: verdict.repeated, patience: verdict.patience });
  }
  const history = historyOf(dataset, user, historyLength);
  const key = deriveKey(steps.length, "moment", moment.name);
  return { session: { number: 0, slot: 0, user, key, history, steps }, reflections: moment.reflections };
}

function stepOf(moment: Moment, { items, feedback }: Moment["slates"][number], setting: MomentSetting) {
  const { dataset, feedbackTypes, rewards, slateSize } = setting;
  if (items.length !== slateSize) {
    throw new InputError(
      "moments.unknown",
      `Moment "${moment.name}": a slate of ${items.length} items, but simulator.slateSize is ${slateSize}. Keep the moment anew, or set it.`,
    );
  }
  const stray = Object.keys(feedback).find((id) => !items.includes(id));
  if (stray !== undefined) {
    throw new InputError(
      "moments.unknown",
      `Moment "${moment.name}": feedback for item "${stray}", which its slate does not hold. Correct the item's id, or remove it.`,
    );
  }
  let reward = 0;
  const bits = items.map((id) => {
    let given = 0;
    // An item may be called as something that every object has.
    for (const name of new Set(Object.hasOwn(feedback, id) ? feedback[id] : [])) {
      const type = feedbackTypes.indexOf(name);
      if (type < 0) throw unknown(moment, `feedback "${name}"`, dataset);
      given |= 1 << type;
      reward += rewards[type] as number;
    }
    return given;
  });
  const indices = items.map((id) => {
    const item = dataset.itemIds.indexOf(id);
    if (item < 0) throw unknown(moment, `item "${id}"`, dataset);
    return item;
  });
  return { items: indices, feedback: bits, probabilities: items.map(() => 0), reward: reward / items.length };
}

/** The same the other way round: what a visit has served so far, and the reflections shown, told by the data's own ids. */
export function momentOfSession(
  { user, steps }: Session,
  { itemIds, userIds, feedbackTypes }: Pick<Dataset, "itemIds" | "userIds" | "feedbackTypes">,
  rest: Pick<Moment, "name" | "reflections">,
): Moment {
  const slates = steps.map(({ items, feedback }) => {
    const given = items.map((item, i) => {
      const types = feedbackTypes.filter((_, f) => ((feedback[i] ?? 0) >> f) & 1);
      return [itemIds[item] as string, types] as const;
    });
    return {
      items: given.map(([id]) => id),
      feedback: Object.fromEntries(given.filter(([, types]) => types.length > 0)),
    };
  });
  return { user: userIds[user] as string, slates, ...rest };
}

const unknown = ({ name }: Moment, what: string, dataset: Dataset): InputError =>
  new InputError(
    "moments.unknown",
    `Moment "${name}": the data set "${dataset.name}" has no ${what}. It was kept with other data; keep it anew, or remove it.`,
  );
