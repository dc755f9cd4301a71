/** The grid contender x moment: which plans pass, how often, and why not (docs/trials.md, "Moments"). */
import type { Moments } from "../../protocol/moments.ts";
import { planSentence } from "../../protocol/run/planWords.ts";
import type { CellRow } from "../../protocol/trial/cell.ts";
import type { TrialRecord } from "../../protocol/trial/record.ts";
import type { CellResult, Grid, TrialResult } from "../../protocol/trial/result.ts";
import type { Category } from "../data/dataset.ts";
import { namesOf } from "../metrics/planQuality.ts";
import { mean } from "../metrics/statistics.ts";
import { askedOf, checkCategories, shortcomings } from "./assertions.ts";

export interface GridSetting {
  readonly moments: Moments;
  readonly contenders: number;
  /** Times that each contender is asked for each moment. */
  readonly repeats: number;
  readonly categories: readonly Category[];
}

export interface PassShares {
  /** Of cells. */
  readonly pass: number;
  /** Of moments, those that passed at every repeat. */
  readonly passAll: number;
}

export class MomentGrid {
  private readonly cells = new Map<string, CellRow>();
  private readonly nameOf: (category: number) => string;

  /** @throws InputError where an assertion names a category that there is not */
  constructor(private readonly setting: GridSetting) {
    const { moments, categories } = setting;
    this.nameOf = namesOf({ categories });
    checkCategories(moments.expect ?? {}, "expect", categories);
    for (const { name, expect } of moments.moments) checkCategories(expect ?? {}, `Moment "${name}"`, categories);
  }

  add(cell: CellRow): void {
    this.cells.set(keyOf(cell), cell);
  }

  has(cell: Pick<CellRow, "contender" | "moment" | "repeat">): boolean {
    return this.cells.has(keyOf(cell));
  }

  /** Plans so far. */
  get planned(): number {
    return this.cells.size;
  }

  /** A result with this grid in it. */
  joined(result: TrialResult, rewardAStep: number): TrialResult {
    const grid = this.grid(rewardAStep > 0 ? rewardAStep : undefined);
    const contenders = result.contenders.map((row, i) => ({
      ...(result.n === 0 && this.standIns(i)),
      ...row,
      ...this.passShares(grid, i),
    }));
    return { ...result, contenders, grid };
  }

  /** @param rewardAStep what a step that is lost to the quit rule costs; undefined: as much as the baseline's best slates give */
  grid(rewardAStep: number | undefined): Grid {
    const { moments, contenders, repeats } = this.setting;
    const aStep = rewardAStep ?? this.bestOfBaseline();
    return {
      repeats,
      moments: moments.moments.map(({ name, expect }) => ({
        name,
        cells: Array.from({ length: contenders }, (_, i) => this.cell(i, name, askedOf(moments.expect, expect), aStep)),
      })),
    };
  }

  /** Of a contender; undefined before its first plan. */
  passShares(grid: Grid, contender: number): PassShares | undefined {
    const cells = grid.moments.flatMap((moment) => moment.cells[contender] ?? []).filter(({ planned }) => planned > 0);
    if (cells.length === 0) return undefined;
    const sum = (key: "planned" | "passed"): number => cells.reduce((total, cell) => total + cell[key], 0);
    const always = cells.filter(({ planned, passed }) => passed === planned).length;
    return { pass: sum("passed") / sum("planned"), passAll: always / cells.length };
  }

  /** Without visits, moments tell whether a contender's model was of use. */
  private standIns(contender: number): { readonly fallbackPlans: number } | undefined {
    const own = [...this.cells.values()].filter((cell) => cell.contender === contender);
    if (own.length === 0) return undefined;
    return { fallbackPlans: own.filter(({ unusable }) => unusable !== undefined).length / own.length };
  }

  private cell(contender: number, moment: string, asked: ReturnType<typeof askedOf>, aStep: number): CellResult {
    const rows = this.rowsOf(contender, moment);
    const facts = rows[0]?.facts;
    const valued = (row: CellRow): number => row.inPlan - row.stepsLost * aStep;
    const judged = rows.map((cell) => {
      const baseline = this.cells.get(keyOf({ contender: 0, moment, repeat: cell.repeat }));
      const planValue = valued(cell);
      const plan = { cell, planValue, baselineValue: baseline && valued(baseline) };
      return shortcomings(asked, plan, this.setting.categories);
    });
    return {
      planned: rows.length,
      passed: judged.filter((reasons) => reasons.length === 0).length,
      different: new Set(rows.map(({ plan }) => plan.categories.join())).size,
      plan: (rows[0]?.plan.categories ?? []).map(this.nameOf),
      ...(facts && { about: planSentence(facts, this.nameOf) }),
      why: [...new Set(judged.flat())],
      ...(rows.length > 0 && { planValue: mean(rows.map(valued)) }),
    };
  }

  private rowsOf(contender: number, moment: string): readonly CellRow[] {
    return Array.from({ length: this.setting.repeats }, (_, repeat) =>
      this.cells.get(keyOf({ contender, moment, repeat })),
    ).filter((cell) => cell !== undefined);
  }

  private bestOfBaseline(): number {
    const values = [...this.cells.values()].filter(({ contender }) => contender === 0).map(({ inPlan }) => inPlan);
    return values.length === 0 ? 0 : mean(values);
  }
}

/** A trial's, with the plans that were kept. @throws InputError where a moment asks for what the data does not have */
export function gridOf(
  { moments, contenders, repeats }: TrialRecord,
  categories: readonly Category[],
  cells: readonly CellRow[],
): MomentGrid | undefined {
  if (!moments) return undefined;
  const grid = new MomentGrid({ moments, contenders: contenders.length, repeats, categories });
  for (const cell of cells) grid.add(cell);
  return grid;
}

const keyOf = ({ contender, moment, repeat }: Pick<CellRow, "contender" | "moment" | "repeat">): string =>
  JSON.stringify([contender, moment, repeat]);
