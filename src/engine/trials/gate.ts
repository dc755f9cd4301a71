/** Conditions that a script stops at: `lerl trial ... --fail-if "rCum < baseline"` (docs/trials.md, "A gate"). */
import { type PlanMeasure, planMeasures } from "../../protocol/run/planQuality.ts";
import { planQualityOf } from "../../protocol/trial/planQualityOf.ts";
import type { ContenderResult, PairResult, TrialResult } from "../../protocol/trial/result.ts";
import { InputError } from "../errors.ts";

/** Numbers of a contender that are counted: compared as they are. */
const contenderMetrics = [
  "pass",
  "passAll",
  "repeats",
  "planSize",
  "planOverlap",
  "invalidPlans",
  "fallbackPlans",
  "lostByPlan",
  "lostByPolicy",
  "planValue",
  "calls",
  "tokens",
  "cost",
  "latencyMs",
] as const satisfies readonly (keyof ContenderResult)[];
export const countedMetrics = [...contenderMetrics, ...planMeasures] as const;
export type CountedMetric = (typeof countedMetrics)[number];

const isPlanMeasure = (metric: string): metric is PlanMeasure => planMeasures.some((measure) => measure === metric);

/** A contender's number; undefined where it was not measured. */
export const countedValue = (contender: ContenderResult | undefined, metric: CountedMetric): number | undefined =>
  isPlanMeasure(metric) ? contender && planQualityOf(contender)[metric] : contender?.[metric];

const operators = ["<=", ">=", "<", ">"] as const;
type Operator = (typeof operators)[number];

export type Condition = { readonly text: string; readonly operator: Operator; readonly value: number } & (
  | { readonly metric: CountedMetric }
  /** The difference of R_cum to the baseline's: its interval decides. */
  | { readonly metric: "rCum" }
);

/** `undecided`: the interval, or what was not measured, leaves it open. */
export type Judgement = "holds" | "fails" | "undecided";

const NUMBER = "(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?";
const FORM = new RegExp(
  `^\\s*(\\w+)\\s*(<=|>=|<|>)\\s*(?:(baseline)\\s*(?:([+-])\\s*(${NUMBER}))?|(-?${NUMBER}))\\s*$`,
);

/** @throws InputError `trial.fail-if` */
export function parseCondition(text: string): Condition {
  const [, metric = "", operator, baseline, sign, offset, number] = FORM.exec(text) ?? [];
  if (operator === undefined)
    throw refused(text, 'expected "rCum < baseline", "rCum < baseline - 0.2" or a metric and a number');
  const shared = { text: text.trim(), operator: operator as Operator };
  if (metric === "rCum") {
    if (baseline === undefined)
      throw refused(text, 'rCum is compared with the baseline, on the same visits: "rCum < baseline - 0.2"');
    return { ...shared, metric, value: offset === undefined ? 0 : Number(`${sign}${offset}`) };
  }
  const known = countedMetrics.find((name) => name === metric);
  if (!known) throw refused(text, `there is no "${metric}"; use rCum, ${countedMetrics.join(", ")}`);
  if (number === undefined) throw refused(text, `${metric} is compared with a number, for example "${metric} > 0.1"`);
  return { ...shared, metric: known, value: Number(number) };
}

/** Of every contender but the baseline, in their order; of one that is alone, which moments judge. */
export function judgeCondition(condition: Condition, result: TrialResult): readonly Judgement[] {
  return judgedContenders(result).map((contender) => {
    const pair = result.pairs.find((one) => one.contender === contender);
    if (condition.metric === "rCum") return pair ? judgeDifference(condition, pair) : "undecided";
    const value = countedValue(result.contenders[contender], condition.metric);
    return value === undefined ? "undecided" : holds(value, condition) ? "holds" : "fails";
  });
}

/** Indices of those that conditions are judged for. */
export const judgedContenders = ({ contenders, pairs }: TrialResult): readonly number[] =>
  contenders.length === 1 ? [0] : pairs.map(({ contender }) => contender);

/** Holds where the whole interval does; fails where none of it does. Equal enough is neither better nor worse. */
function judgeDifference(condition: Condition, { verdict, interval }: PairResult): Judgement {
  const isEqual = verdict === "identical" || (verdict === "equal" && condition.value === 0);
  if (isEqual) return holds(0, condition) ? "holds" : "fails";
  if (!interval) return "undecided";
  const ends = [holds(interval.low, condition), holds(interval.high, condition)];
  return ends.every(Boolean) ? "holds" : ends.some(Boolean) ? "undecided" : "fails";
}

function holds(value: number, { operator, value: limit }: Condition): boolean {
  switch (operator) {
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
  }
}

/** What a script is told: one condition that holds is enough. */
export function judgeAll(conditions: readonly Condition[], result: TrialResult): Judgement {
  const judged = conditions.flatMap((condition) => judgeCondition(condition, result));
  return judged.includes("holds") ? "holds" : judged.includes("undecided") ? "undecided" : "fails";
}

const refused = (text: string, why: string): InputError =>
  new InputError("trial.fail-if", `--fail-if "${text}": ${why}.`);
