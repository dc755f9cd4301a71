/** Judges plans as plans: from what was asked, what was shown before and what came (docs/metrics.md). */
import * as z from "zod";
import type { Experiment } from "../../protocol/experiment.ts";
import { type PlanFacts, type PlanMeasure, type PlanQuality, planMeasures } from "../../protocol/run/planQuality.ts";
import type { Episode } from "../../protocol/run.ts";
import type { CategoryReading } from "../data/categoryItems.ts";
import { categoriesOf, type Dataset } from "../data/dataset.ts";
import type { Plan } from "../planner/planner.ts";
import { candidatesOf, plannerKnowledge, SHOWN_SLATES } from "../planner/plannerContext.ts";
import { REPEATS_EXAMPLE } from "../planner/planParsing.ts";
import { uniqueNames } from "../prompts/categoryWords.ts";
import type { Session } from "../simulator/session.ts";
import { jaccard } from "./sessionMetrics.ts";

/** A plan as it was asked for; categories by their ids in the source data. */
export interface AskedPlan {
  /** Slates served before it in its visit. */
  readonly step: number;
  readonly source: "offline" | "model" | "fallback";
  readonly categories: readonly number[];
  /** Replies that could not be used; undefined: not recorded. */
  readonly invalidReplies: number | undefined;
  /** Why the stand-in planned; undefined: it did not, or it is not recorded. */
  readonly cause: string | undefined;
  /** What the last slate showed, by the setting's reading; undefined before the first slate. */
  readonly last: ReadonlySet<number> | undefined;
  /** Clicked in the last slates that prompts show (primary categories), without what the last one showed. */
  readonly clicked: ReadonlySet<number>;
  /** Whether anything was known of the visit: without, equal plans are right. */
  readonly known: boolean;
}

/** Fewer ids in a row may be a choice. */
const FEWEST_IN_ROW = 3;
const CLICK = 1;

interface ShownItem {
  readonly categories: readonly number[];
  readonly clicked: boolean;
}
type ShownSlate = readonly ShownItem[];

/** What plans are judged by. */
export interface PlanSetting {
  /** Ids of what may be planned, in the order in which prompts list them. */
  readonly candidates: readonly number[];
  /** Which of an item's categories a slate shows: those that a plan should leave out next. */
  readonly reading: CategoryReading;
}

export function planSetting(dataset: Dataset, experiment: Experiment): PlanSetting {
  const knowledge = plannerKnowledge(dataset, experiment);
  return { candidates: candidatesOf(knowledge).map(({ id }) => id), reading: knowledge.reading };
}

/** A category's name by its id in the source data, as plans have it; no two are the same. */
export function namesOf({ categories }: Pick<Dataset, "categories">): (category: number) => string {
  const unique = uniqueNames(categories);
  const names = new Map(categories.map(({ id }, i) => [id, unique[i]]));
  return (category) => names.get(category) ?? String(category);
}

/** The plans of a finished visit that were asked for, in their order. */
export function plansOf(
  { steps, click, historyLength }: Episode,
  { reading }: Pick<PlanSetting, "reading">,
): readonly AskedPlan[] {
  const slates = steps.map(({ itemCategories, feedback }) =>
    itemCategories.map((categories, i) => ({ categories, clicked: feedback[i]?.includes(click) === true })),
  );
  return steps.flatMap(({ plan: { source, categories, invalidReplies, unusable } }, step) => {
    if (source === "reused" || source === "none") return [];
    const plan = { source, categories, invalidReplies, cause: unusable?.cause };
    return [{ ...plan, step, ...shownBefore(slates.slice(0, step), reading), known: step > 0 || historyLength > 0 }];
  });
}

/** @param served slates served before the plan was asked for; the session may have gone on since */
export function askedPlan(
  dataset: Dataset,
  session: Session,
  plan: Plan,
  { reading }: Pick<PlanSetting, "reading">,
  served = session.steps.length,
): AskedPlan {
  const idOf = (category: number): number => dataset.categories[category]?.id ?? category;
  const slates = session.steps.slice(0, served).map(({ items, feedback }) =>
    items.map((item, i) => {
      const categories = Array.from(categoriesOf(dataset, item), idOf);
      return { categories, clicked: ((feedback[i] ?? 0) & CLICK) === CLICK };
    }),
  );
  const { source, invalidReplies, unusable } = plan;
  return {
    step: served,
    source,
    categories: plan.categories.map(idOf),
    invalidReplies,
    cause: unusable?.cause,
    ...shownBefore(slates, reading),
    known: served > 0 || session.history.items.length > 0,
  };
}

function shownBefore(slates: readonly ShownSlate[], reading: CategoryReading): Pick<AskedPlan, "last" | "clicked"> {
  const last = new Set(
    slates.at(-1)?.flatMap(({ categories }) => (reading === "primary" ? categories.slice(0, 1) : categories)),
  );
  const clicked = slates
    .slice(-SHOWN_SLATES)
    .flat()
    .flatMap(({ categories: [primary], clicked }) =>
      clicked && primary !== undefined && !last.has(primary) ? [primary] : [],
    );
  return { last: slates.length > 0 ? last : undefined, clicked: new Set(clicked) };
}

/** @param unknown entries of the reply that name no candidate */
export function planFacts(
  plan: AskedPlan,
  { candidates }: Pick<PlanSetting, "candidates">,
  unknown: number,
): PlanFacts {
  const { categories, last, clicked } = plan;
  const held = new Set(categories);
  const copied = enumeration(categories, candidates);
  return {
    different: held.size,
    unknown,
    ...(last && { fromLast: [...held].filter((id) => last.has(id)) }),
    clicked: clicked.size,
    kept: [...clicked].filter((id) => held.has(id)).length,
    ...(copied && { copied }),
  };
}

/** Of a plan that a session was just given. */
export const factsOf = (dataset: Dataset, session: Session, plan: Plan, setting: PlanSetting): PlanFacts =>
  planFacts(askedPlan(dataset, session, plan, setting), setting, plan.unknownIds);

function enumeration(plan: readonly number[], candidates: readonly number[]): PlanFacts["copied"] {
  if (plan.length < FEWEST_IN_ROW) return undefined;
  if (plan.every((id, i) => id === candidates[i])) return "first";
  return plan.every((id, i) => id === (plan[0] as number) + i) ? "row" : undefined;
}

const sumSchema = z.strictObject({ sum: z.number(), n: z.int() }).readonly();
type Sum = z.output<typeof sumSchema>;

/** What a checkpoint keeps of a judge (plain JSON). */
export const planJudgeStateSchema = z
  .strictObject({
    plans: z.int(),
    sums: z.partialRecord(z.enum(planMeasures), sumSchema),
    /** By step. */
    before: z.record(z.string(), z.array(z.int()).readonly()),
  })
  .readonly();
export type PlanJudgeState = z.output<typeof planJudgeStateSchema>;

/** Judges the plans of one planner as they come, in time linear in their number. */
export class PlanJudge {
  private plans = 0;
  private sums: Partial<Record<PlanMeasure, Sum>> = {};
  private before: Record<number, readonly number[]> = {};

  constructor(readonly setting: PlanSetting) {}

  add(plan: AskedPlan): void {
    const { source, invalidReplies, cause } = plan;
    this.plans++;
    if (source !== "offline") {
      this.count("usable", source === "model" ? 1 : 0);
      // Of a plan that fell back the last reply had no further question.
      const further = invalidReplies === undefined ? undefined : invalidReplies - (source === "model" ? 0 : 1);
      if (further !== undefined) this.count("askedAgain", further > 0 ? 1 : 0);
    }
    if (source === "fallback") {
      if (cause !== undefined) this.count("copied", cause === REPEATS_EXAMPLE ? 1 : 0);
    } else this.addOwn(plan);
  }

  /** Undefined before the first plan. */
  get quality(): PlanQuality | undefined {
    if (this.plans === 0) return undefined;
    const means = planMeasures.flatMap((measure) => {
      const { sum, n } = this.sums[measure] ?? NOTHING;
      return n === 0 ? [] : [[measure, sum / n] as const];
    });
    return { plans: this.plans, ...Object.fromEntries(means) };
  }

  state(): PlanJudgeState {
    return structuredClone({ plans: this.plans, sums: this.sums, before: this.before });
  }

  restore({ plans, sums, before }: PlanJudgeState): void {
    this.plans = plans;
    this.sums = { ...sums };
    this.before = { ...before };
  }

  /** What its planner chose itself. */
  private addOwn(plan: AskedPlan): void {
    const { categories, source, step, known } = plan;
    const { different, fromLast, clicked, kept, copied } = planFacts(plan, this.setting, 0);
    this.count("different", different);
    if (fromLast && different > 0) this.count("fromLast", fromLast.length / different);
    if (clicked > 0) this.count("keptClicked", kept / clicked);
    // Where a plan may hold everything, it has to be the list.
    if (different >= this.setting.candidates.length) return;
    if (source === "model") this.count("copied", copied ? 1 : 0);
    if (!known) return;
    // The plan before it for the same step is another visit's: a visit has one.
    const before = this.before[step];
    if (before) this.count("sameness", jaccard(categories, before));
    this.before[step] = categories;
  }

  private count(measure: PlanMeasure, value: number): void {
    const { sum, n } = this.sums[measure] ?? NOTHING;
    this.sums[measure] = { sum: sum + value, n: n + 1 };
  }
}

const NOTHING: Sum = { sum: 0, n: 0 };
