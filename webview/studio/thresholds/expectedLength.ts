/**
 * Expected session length E[T_int] under a quit rule when every step after the first repeats categories with
 * probability q, independently (docs/method.md, section 4).
 */
import type { QuitRule } from "../../../src/protocol/experiment/simulator.ts";

type TemperRule = Extract<QuitRule, { rule: "temper" }>;
type WindowRule = Extract<QuitRule, { rule: "window" }>;

/** Longer sessions than this are not worked out: nobody tunes a threshold there. */
export const LONGEST_SESSION_STEPS = 2000;

/** Undefined when sessions could grow longer than `LONGEST_SESSION_STEPS`. */
export function expectedLength(rule: QuitRule, q: number): number | undefined {
  return rule.rule === "temper" ? temperLength(rule, q) : windowLength(rule, q);
}

/**
 * E[T] = sum over n >= 0 of P(T > n). After n steps with R repeats the user still stays while
 * temper - n stepCost - R repeatCost >= 1, so P(T > n) is the mass of the repeat counts that stay.
 */
function temperLength(rule: TemperRule, q: number): number | undefined {
  if ((rule.initialTemper - 1) / rule.stepCost > LONGEST_SESSION_STEPS) return undefined;
  let mass: number[] = [1];
  let expected = 1;
  for (let n = 1; n <= LONGEST_SESSION_STEPS + 1; n++) {
    if (n > 1) mass = afterOneStep(mass, q);
    let staying = 0;
    for (let repeats = 0; repeats < mass.length; repeats++) {
      if (temperLeft(rule, n, repeats) >= 1) staying += mass[repeats] ?? 0;
      else mass[repeats] = 0;
    }
    if (staying === 0) return expected;
    expected += staying;
    mass.length = lastPositive(mass) + 1;
  }
  return expected;
}

/** Rounded far below any cost's precision, so that 20 - 190 * 0.1 counts as 1 and not as a hair less. */
const temperLeft = (rule: TemperRule, steps: number, repeats: number): number =>
  Math.round((rule.initialTemper - steps * rule.stepCost - repeats * rule.repeatCost) * 1e9) / 1e9;

function afterOneStep(mass: readonly number[], q: number): number[] {
  const next = new Array<number>(mass.length + 1).fill(0);
  for (let repeats = 0; repeats < mass.length; repeats++) {
    const here = mass[repeats] ?? 0;
    next[repeats] = (next[repeats] ?? 0) + here * (1 - q);
    next[repeats + 1] = here * q;
  }
  return next;
}

function lastPositive(mass: readonly number[]): number {
  let last = mass.length - 1;
  while (last > 0 && mass[last] === 0) last--;
  return last;
}

/** One repeat ends the session, else the last turn does. Every step can repeat: a slate may repeat within itself. */
function windowLength(rule: WindowRule, q: number): number {
  let expected = 0;
  let staying = 1;
  for (let n = 0; n < rule.maxTurns; n++) {
    expected += staying;
    staying *= 1 - q;
  }
  return expected;
}

/**
 * Repeat probability of uniformly random slates over C balanced categories once as many slates as the rule remembers
 * have been served; exact for the temper rule, each remembered item taken as independent for the window rule.
 */
export function randomRepeatProbability(rule: QuitRule, categories: number, slateSize: number): number {
  if (rule.rule === "window") {
    const ok = 1 - binomialTail(rule.window, 1 / categories, rule.maxRepeats + 1);
    return 1 - ok ** slateSize;
  }
  if (rule.comparison === "position") {
    const one = binomialTail(slateSize, 1 / categories, rule.threshold);
    return 1 - (1 - one) ** rule.window;
  }
  const distinct = occupancy(slateSize, categories, categories);
  let q = 0;
  for (let d = 1; d < distinct.length; d++) {
    const common = occupancy(slateSize, d, categories);
    let one = 0;
    for (let hits = rule.threshold; hits < common.length; hits++) one += common[hits] ?? 0;
    q += (distinct[d] ?? 0) * (1 - (1 - one) ** rule.window);
  }
  return q;
}

/** P(Bin(n, p) >= least). */
function binomialTail(n: number, p: number, least: number): number {
  let mass: number[] = [1];
  for (let i = 0; i < n; i++) mass = afterOneStep(mass, p);
  let tail = 0;
  for (let k = least; k <= n; k++) tail += mass[k] ?? 0;
  return Math.min(1, tail);
}

/** Distribution of how many of `marked` categories are hit by `draws` uniform draws from `categories`. */
function occupancy(draws: number, marked: number, categories: number): number[] {
  const most = Math.min(draws, marked);
  let mass = [1, ...new Array<number>(most).fill(0)];
  for (let i = 0; i < draws; i++) {
    mass = mass.map((here, hits) => {
      const fresh = hits > 0 ? ((mass[hits - 1] ?? 0) * (marked - hits + 1)) / categories : 0;
      return here * (1 - (marked - hits) / categories) + fresh;
    });
  }
  return mass;
}
