/** Where the lowest and the highest value of every block of a growing curve lie, so that reducing it skips most points. */
import { GrowingArray } from "../runs/series.ts";

/** Points of a block: a compromise between the blocks a bucket takes and the points at its edges. */
export const BLOCK_POINTS = 32;

export class BlockExtremes {
  private readonly lows = new GrowingArray();
  private readonly highs = new GrowingArray();
  private rewinds = -1;

  /** Index of the first lowest value of each whole block. */
  get lowest(): Float64Array {
    return this.lows.numbers();
  }

  /** Index of the first highest value of each whole block. */
  get highest(): Float64Array {
    return this.highs.numbers();
  }

  /** @param rewinds changes when points that were seen before are void */
  follow(values: Float64Array, rewinds: number): this {
    if (rewinds !== this.rewinds) {
      this.lows.truncate(0);
      this.highs.truncate(0);
      this.rewinds = rewinds;
    }
    for (let start = this.lows.length * BLOCK_POINTS; start + BLOCK_POINTS <= values.length; start += BLOCK_POINTS) {
      let lowest = start;
      let highest = start;
      for (let i = start + 1; i < start + BLOCK_POINTS; i++) {
        if ((values[i] as number) < (values[lowest] as number)) lowest = i;
        if ((values[i] as number) > (values[highest] as number)) highest = i;
      }
      this.lows.push(lowest);
      this.highs.push(highest);
    }
    return this;
  }
}
