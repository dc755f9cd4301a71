/** The bootstrap without chance: small samples have few enough resamples to take them all. */
import { aggregate, type Statistic } from "../../../src/engine/metrics/statistics.ts";

/** Every resample with its probability: the bootstrap distribution itself, ascending. */
export function everyResample(scores: readonly number[], statistic: Statistic): (readonly [number, number])[] {
  const n = scores.length;
  const found: (readonly [number, number])[] = [];
  const visit = (place: number, chosen: readonly number[], probability: number): void => {
    const left = n - chosen.length;
    if (place === n - 1) {
      const all = [...chosen, ...Array<number>(left).fill(scores[place] as number)];
      found.push([aggregate(all, statistic), probability / n ** left]);
      return;
    }
    // Of the places left, `count` hold this score.
    let ways = 1;
    for (let count = 0; count <= left; count++) {
      visit(
        place + 1,
        [...chosen, ...Array<number>(count).fill(scores[place] as number)],
        (probability * ways) / n ** count,
      );
      ways = (ways * (left - count)) / (count + 1);
    }
  };
  visit(0, [], 1);
  return found.sort(([a], [b]) => a - b);
}

export function exactQuantile(distribution: readonly (readonly [number, number])[], share: number): number {
  let sum = 0;
  for (const [value, probability] of distribution) {
    sum += probability;
    if (sum >= share) return value;
  }
  return Number.NaN;
}
