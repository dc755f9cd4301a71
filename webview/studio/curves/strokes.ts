/** From a card's lines to what its plot strokes: smoothed, decimated, coloured; unchanged lines are not worked out again. */

import type { Series } from "../runs/series.ts";
import { BlockExtremes } from "./blockExtremes.ts";
import type { CardModel } from "./cardModel.ts";
import type { Stroke } from "./chart.ts";
import { type Decimated, decimate } from "./decimate.ts";
import { colourOf, dashOf, faint } from "./palette.ts";
import { SmoothedSeries } from "./smoothing.ts";

/** A series of fewer points shows each as a dot: an evaluation every ten iterations is not a continuous curve. */
const MOST_DOTS = 40;

export class StrokeBuilder {
  private readonly smoothed = new WeakMap<Series, SmoothedSeries>();
  /** The last reduction of a series or of its smoothed twin, with what it was made for. */
  private readonly reduced = new WeakMap<
    Series | SmoothedSeries,
    { readonly key: string; readonly value: Decimated }
  >();
  private readonly blocks = new WeakMap<Series | SmoothedSeries, BlockExtremes>();

  /** @param buckets parts of the axis that a line is reduced to */
  build(model: CardModel, buckets: number): { strokes: readonly Stroke[]; decimated: readonly Decimated[] } {
    const { palette, smoothing } = model;
    const strokes: Stroke[] = [];
    const decimated: Decimated[] = [];
    for (const { entry, series, band } of model.lines) {
      const colour = colourOf(palette, entry.index);
      const dash = dashOf(palette, entry.index);
      const raw = this.reduce(series, series, model, buckets);
      const dots = raw.of <= MOST_DOTS;
      decimated.push(raw);
      if (band) {
        const edge = { colour: faint(colour, 0.18), width: 0, dash: [], dots: false };
        strokes.push({ ...edge, points: this.reduce(band.low, band.low, model, buckets).points });
        strokes.push({ ...edge, points: this.reduce(band.high, band.high, model, buckets).points, band: true });
      }
      if (smoothing > 0 && !dots) {
        const smooth = this.reduce(series, this.smooth(series, smoothing), model, buckets);
        strokes.push({ points: raw.points, colour: faint(colour, 0.28), width: 1, dash: [], dots: false });
        strokes.push({ points: smooth.points, colour, width: 1.75, dash, dots: false });
      } else strokes.push({ points: raw.points, colour, width: 1.5, dash, dots });
    }
    return { strokes, decimated };
  }

  private reduce(
    series: Series,
    values: Series | SmoothedSeries,
    { axis, range, logScale }: CardModel,
    buckets: number,
  ): Decimated {
    const key = [series.revision, axis, ...range, buckets, logScale].join(" ");
    const kept = this.reduced.get(values);
    if (kept?.key === key) return kept.value;
    const numbers = values instanceof SmoothedSeries ? values.numbers() : values.values.numbers();
    const curve = { x: series.axis(axis), y: numbers, blocks: this.follow(values, numbers, series) };
    const value = decimate(curve, { range, buckets, positiveOnly: logScale });
    this.reduced.set(values, { key, value });
    return value;
  }

  private follow(values: Series | SmoothedSeries, numbers: Float64Array, { rewinds }: Series): BlockExtremes {
    const kept = this.blocks.get(values) ?? new BlockExtremes();
    this.blocks.set(values, kept);
    return kept.follow(numbers, rewinds);
  }

  private smooth(series: Series, weight: number): SmoothedSeries {
    const kept = this.smoothed.get(series);
    if (kept?.weight === weight) return kept;
    const smoothed = new SmoothedSeries(series, weight);
    this.smoothed.set(series, smoothed);
    return smoothed;
  }
}
