/** What a chart's card draws, gathered once for all cards alike. */

import type { Axis } from "../runs/series.ts";
import type { Line } from "./lines.ts";
import type { Palette } from "./palette.ts";
import type { ReferenceLine } from "./references.ts";
import type { ToldEvent } from "./timeline.ts";
import type { Range } from "./viewport.ts";

export interface CardModel {
  readonly lines: readonly Line[];
  readonly range: Range;
  readonly axis: Axis;
  /** Weight of the moving average; 0 draws the raw curve only. */
  readonly smoothing: number;
  readonly logScale: boolean;
  readonly references: readonly ReferenceLine[];
  readonly events: readonly ToldEvent[];
  /** Places of plan faults on the axis. */
  readonly planEvents: readonly number[];
  readonly palette: Palette;
}
