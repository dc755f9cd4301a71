/** Counts visits in their fixed order, decides, and says what was found (docs/trials.md, "What is measured"). */
import type { PlanQuality } from "../../protocol/run/planQuality.ts";
import type { ContenderResult, PairResult, TrialResult, Verdict } from "../../protocol/trial/result.ts";
import type { VisitRow } from "../../protocol/trial/visit.ts";
import { toldCached } from "../llm/usage.ts";
import { bootstrapEstimate } from "../metrics/bootstrap.ts";
import {
  FEWEST_VALUES,
  RunningMoments,
  type SequenceSetting,
  sequenceHalfWidth,
} from "../metrics/confidenceSequence.ts";
import { PlanJudge, type PlanSetting, plansOf } from "../metrics/planQuality.ts";
import { mean, quantile } from "../metrics/statistics.ts";
import { addJudged, NOTHING_JUDGED } from "./stepJudge.ts";

export interface TallySetting {
  readonly contenders: readonly string[];
  /** Visits planned when the trial began. */
  readonly planned: number;
  /** Visits to serve: more than planned after it was extended. */
  readonly sessions: number;
  /** Undefined: MARGIN_SHARE of the baseline's R_cum, or what the planned visits can tell apart. */
  readonly margin?: number | undefined;
  /** Whether it stops as soon as every contender is decided. */
  readonly stop: boolean;
  /** Differences that conditions ask about: none of them may lie inside an interval at a stop. */
  readonly asked?: readonly number[];
}

/** What each contender cost; the tally knows visits only. */
export interface Bill {
  readonly calls: number;
  readonly tokens: number;
  /** Of the tokens, read from the server's cache; undefined where it does not say. */
  readonly cachedTokens?: number | undefined;
  /** Undefined: without a price. */
  readonly cost: number | undefined;
  readonly latencies: readonly number[];
}

/** May be wrong, over all contenders together. */
const ALPHA = 0.05;
/** Differences within this share of the baseline's R_cum count as equal enough. */
const MARGIN_SHARE = 0.05;
/** Of the standard normal distribution: four trials of five. */
const POWER_QUANTILE = 0.8416;
/** Visits listed where a contender lost most. */
const WORST_SHOWN = 10;
/** Expected rewards of equal slates are equal but for rounding. */
const ROUNDING = 1e-9;

/** One contender against the baseline, over the visits that count so far. */
class Pair {
  readonly moments = new RunningMoments();
  identical = true;

  constructor(private readonly sequence: SequenceSetting) {}

  add(own: VisitRow, baseline: VisitRow): void {
    this.moments.add(differenceOf(own, baseline));
    this.identical &&= samePlans(own, baseline);
  }

  halfWidthAt(n: number): number | undefined {
    return sequenceHalfWidth(n, this.moments.deviation, this.sequence);
  }

  /** The difference that most trials of n values see: beyond the half-width by as much as a mean may fall short. */
  shownAt(n: number): number | undefined {
    const half = this.halfWidthAt(n);
    return half === undefined ? undefined : half + (POWER_QUANTILE * this.moments.deviation) / Math.sqrt(n);
  }

  get interval(): { low: number; high: number } | undefined {
    const half = this.halfWidthAt(this.moments.n);
    return half === undefined ? undefined : { low: this.moments.mean - half, high: this.moments.mean + half };
  }
}

export class Tally {
  /** By visit, by contender. */
  private readonly rows: (VisitRow | undefined)[][] = [];
  private readonly pairs: readonly Pair[];
  private readonly baseline = new RunningMoments();
  private readonly sequence: SequenceSetting;
  private settled = false;
  /** What plans are judged by; known once the data is. */
  plans: PlanSetting | undefined;

  constructor(private readonly setting: TallySetting) {
    const { contenders, planned } = setting;
    // A trial of moments only plans no visit: nothing is lost by an interval for one.
    this.sequence = { alpha: ALPHA / Math.max(1, contenders.length - 1), planned: Math.max(1, planned) };
    this.pairs = contenders.slice(1).map(() => new Pair(this.sequence));
  }

  /** In any order; a visit counts once it and all before it are complete for all contenders. */
  add(row: VisitRow): void {
    const visit = this.rows[row.session] ?? new Array<undefined>(this.setting.contenders.length).fill(undefined);
    this.rows[row.session] = visit;
    visit[row.contender] = row;
    while (!this.isDone) {
      const next = this.rows[this.n];
      if (!next?.every((served) => served !== undefined)) return;
      this.count(next);
    }
  }

  has(contender: number, session: number): boolean {
    return this.rows[session]?.[contender] !== undefined;
  }

  /** Visits that count. */
  get n(): number {
    return this.baseline.n;
  }

  /** Whether nothing is left to serve: every contender is decided, or the last visit is there. */
  get isDone(): boolean {
    return this.settled || this.n >= this.setting.sessions;
  }

  get isDecided(): boolean {
    const { asked = [] } = this.setting;
    const isOpen = ({ interval }: Pair): boolean =>
      interval !== undefined && asked.some((limit) => interval.low < limit && limit < interval.high);
    return this.pairs.every((pair) => this.verdictOf(pair) !== "undecided" && !isOpen(pair));
  }

  /** @param bills by contender; @param final adds the bootstrap, which takes a moment */
  result(bills: readonly Bill[], final = false): TrialResult {
    return {
      n: this.n,
      contenders: this.setting.contenders.map((name, i) =>
        contenderResult(name, this.counted(i), bills[i] ?? NO_BILL, this.rewardAStep, this.plans),
      ),
      pairs: this.pairs.map((pair, i) => this.pairResult(pair, i + 1, final)),
    };
  }

  private count(visit: readonly (VisitRow | undefined)[]): void {
    const [baseline, ...others] = visit as readonly VisitRow[];
    if (!baseline) return;
    this.baseline.add(baseline.expected);
    for (const [i, row] of others.entries()) this.pairs[i]?.add(row, baseline);
    this.settled = this.setting.stop && this.isDecided;
  }

  private counted(contender: number): readonly VisitRow[] {
    return this.rows.slice(0, this.n).map((visit) => visit[contender] as VisitRow);
  }

  private verdictOf(pair: Pair): Verdict {
    const { interval, identical } = pair;
    if (this.n === 0) return "undecided";
    const isPlanned = this.n >= Math.min(this.setting.planned, this.setting.sessions);
    if (identical && isPlanned) return "identical";
    if (!interval) return "undecided";
    if (interval.low > 0) return "better";
    if (interval.high < 0) return "worse";
    const margin = this.marginOf(pair);
    return isPlanned && interval.low >= -margin && interval.high <= margin ? "equal" : "undecided";
  }

  private marginOf(pair: Pair): number {
    const { margin, planned } = this.setting;
    const reach = pair.halfWidthAt(Math.max(FEWEST_VALUES, planned)) ?? 0;
    return margin ?? Math.max(MARGIN_SHARE * Math.abs(this.baseline.mean), reach);
  }

  private pairResult(pair: Pair, contender: number, final: boolean): PairResult {
    const rows = this.counted(contender);
    const baseline = this.counted(0);
    const { moments, interval } = pair;
    const differences = rows.map((row, i) => differenceOf(row, baseline[i] as VisitRow));
    const clicks = rows.map((row, i) => row.episode.rCum - (baseline[i] as VisitRow).episode.rCum);
    const count = (is: (difference: number) => boolean) => differences.filter(is).length;
    const { sessions } = this.setting;
    // From few visits a deviation says nothing yet.
    const said = this.n < FEWEST_VALUES ? 0 : sessions;
    const [atEnd, doubled] = [pair.shownAt(said), pair.shownAt(2 * said)];
    const estimate = final && clicks.length > 1 ? bootstrapEstimate(clicks, "mean") : undefined;
    return {
      contender,
      verdict: this.verdictOf(pair),
      mean: moments.mean,
      deviation: moments.deviation,
      ...(interval && { interval }),
      visits: {
        better: count((d) => d > 0),
        equal: count((d) => d === 0),
        worse: count((d) => d < 0),
      },
      clicks: {
        mean: meanOf(clicks),
        ...(estimate && { interval: { low: estimate.low, high: estimate.high } }),
      },
      margin: this.marginOf(pair),
      ...(atEnd !== undefined && doubled !== undefined && { shows: { atEnd, doubled } }),
      worst: rows
        .map(({ session, episode }, i) => ({ session, user: episode.user, difference: differences[i] as number }))
        .filter(({ difference }) => difference < 0)
        .sort((a, b) => a.difference - b.difference || a.session - b.session)
        .slice(0, WORST_SHOWN),
    };
  }

  /** The baseline's mean expected reward a step: what a step that is lost to the quit rule costs. 0 without a visit. */
  get rewardAStep(): number {
    const steps = this.counted(0).reduce((sum, { episode }) => sum + episode.tInt, 0);
    return steps === 0 ? 0 : (this.baseline.mean * this.n) / steps;
  }
}

const NO_BILL: Bill = { calls: 0, tokens: 0, cost: 0, latencies: [] };

function differenceOf(own: VisitRow, baseline: VisitRow): number {
  const difference = own.expected - baseline.expected;
  return Math.abs(difference) <= ROUNDING ? 0 : difference;
}

/** The categories in force at every step; who planned them does not matter. */
function samePlans(a: VisitRow, b: VisitRow): boolean {
  const [own, others] = [a.episode.steps, b.episode.steps];
  return (
    own.length === others.length &&
    own.every(({ plan: { categories } }, i) => {
      const other = others[i]?.plan.categories ?? [];
      return categories.length === other.length && categories.every((category, j) => category === other[j]);
    })
  );
}

function contenderResult(
  name: string,
  rows: readonly VisitRow[],
  { calls, tokens, cachedTokens, cost, latencies }: Bill,
  rewardAStep: number,
  setting: PlanSetting | undefined,
): ContenderResult {
  const judged = rows.reduce((sum, row) => addJudged(sum, row.judged), NOTHING_JUDGED);
  const plans = (key: keyof VisitRow["plans"]): number => rows.reduce((sum, row) => sum + row.plans[key], 0);
  const steps = rows.flatMap(({ episode }) => episode.steps);
  const quality = setting && qualityOf(rows, setting);
  const made = plans("made");
  const followed = plans("followed");
  const perStep = (total: number): number => total / judged.steps;
  return {
    name,
    rCum: meanOf(rows.map(({ episode }) => episode.rCum)),
    expected: meanOf(rows.map(({ expected }) => expected)),
    tInt: meanOf(rows.map(({ episode }) => episode.tInt)),
    rSin: meanOf(rows.map(({ episode }) => episode.rSin)),
    repeats: meanOf(steps.map(({ repeated }) => (repeated ? 1 : 0))),
    ...(quality && { plans: quality }),
    ...(made > 0 && {
      planSize: plans("size") / made,
      invalidPlans: plans("invalid") / made,
      fallbackPlans: plans("fallback") / made,
    }),
    ...(followed > 0 && { planOverlap: plans("overlap") / followed }),
    ...(judged.steps > 0 && {
      lostByPlan: perStep(judged.oracle - judged.inPlan),
      lostByPolicy: perStep(judged.inPlan - judged.served),
      planValue: perStep(judged.inPlan - judged.stepsLost * rewardAStep),
    }),
    calls,
    tokens,
    ...toldCached({ cachedTokens }),
    ...(cost !== undefined && { cost }),
    ...(latencies.length > 0 && { latencyMs: quantile(Float64Array.from(latencies).sort(), 0.5) }),
  };
}

function qualityOf(rows: readonly VisitRow[], setting: PlanSetting): PlanQuality | undefined {
  const judge = new PlanJudge(setting);
  for (const plan of rows.flatMap(({ episode }) => plansOf(episode, setting))) judge.add(plan);
  return judge.quality;
}

/** 0 for nothing: a result is shown from the first visit on. */
const meanOf = (values: readonly number[]): number => (values.length === 0 ? 0 : mean(values));
