/** Exponential moving average without the start-up bias: s_n = m_n / (1 - w^n), m_n = w m_(n-1) + (1 - w) y_n. */
import { GrowingArray, type Series } from "../runs/series.ts";

/** The smoothed twin of a series; follows its growth without starting over. */
export class SmoothedSeries {
  private readonly values = new GrowingArray();
  private moving = 0;
  private remaining = 1;
  private rewinds = -1;

  constructor(
    private readonly source: Series,
    readonly weight: number,
  ) {}

  /** One value per point of the source. */
  numbers(): Float64Array {
    if (this.rewinds !== this.source.rewinds) this.restart();
    const raw = this.source.values.numbers();
    for (let i = this.values.length; i < raw.length; i++) {
      this.moving = this.weight * this.moving + (1 - this.weight) * (raw[i] as number);
      this.remaining *= this.weight;
      this.values.push(this.moving / (1 - this.remaining));
    }
    return this.values.numbers();
  }

  private restart(): void {
    this.values.truncate(0);
    this.moving = 0;
    this.remaining = 1;
    this.rewinds = this.source.rewinds;
  }
}
