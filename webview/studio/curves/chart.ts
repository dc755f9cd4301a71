/** One Chart.js canvas: given points already decimated, it draws lines, bands, reference lines and event markers. */
import {
  Chart,
  type ChartDataset,
  type ChartOptions,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  type Plugin,
  PointElement,
} from "chart.js";
import { formatNumber } from "../../shared/format.ts";
import type { Point } from "./decimate.ts";
import { faint, type Palette } from "./palette.ts";
import { placedLabels } from "./referenceLabels.ts";
import type { ReferenceLine } from "./references.ts";
import type { EventKind } from "./timeline.ts";
import type { Range } from "./viewport.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Filler);

export interface Stroke {
  readonly points: readonly Point[];
  readonly colour: string;
  readonly width: number;
  readonly dash: readonly number[];
  /** Fills down to the stroke before it. */
  readonly band?: boolean;
  /** Few points: each is marked. */
  readonly dots: boolean;
}

interface Marker {
  readonly x: number;
  readonly kind: EventKind;
}

export interface Picture {
  readonly strokes: readonly Stroke[];
  readonly range: Range;
  readonly logScale: boolean;
  readonly references: readonly ReferenceLine[];
  readonly markers: readonly Marker[];
  /** Places of plan faults, drawn as ticks along the axis. */
  readonly ticks: readonly number[];
  readonly palette: Palette;
}

type LineChart = Chart<"line", Point[]>;

/** All plots begin at the same place, so that charts below one another can be compared. */
const AXIS_WIDTH_PX = 46;

export class LinePlot {
  private readonly chart: LineChart;
  private picture: Picture | undefined;
  private styled: { readonly palette: Palette; readonly logScale: boolean } | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.chart = new Chart<"line", Point[]>(canvas, {
      type: "line",
      data: { datasets: [] },
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: true,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 10, right: 8, bottom: 0, left: 0 } },
      },
      plugins: [this.annotations()],
    });
  }

  get canvas(): HTMLCanvasElement {
    return this.chart.canvas;
  }

  /** Where the plot lies inside the canvas, in CSS pixels. */
  get area(): { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number } {
    return this.chart.chartArea ?? { left: 0, right: 0, top: 0, bottom: 0 };
  }

  pixelOf(x: number): number {
    return this.chart.scales.x?.getPixelForValue(x) ?? 0;
  }

  valueAt(pixel: number): number {
    return this.chart.scales.x?.getValueForPixel(pixel) ?? 0;
  }

  draw(picture: Picture): void {
    this.picture = picture;
    const chart = this.chart;
    // Chart.js keeps its own copy of what it drew: data is handed over whole, never pushed into.
    const { datasets } = chart.data;
    datasets.length = Math.min(datasets.length, picture.strokes.length);
    let isRestyled = false;
    // The objects are kept: Chart.js builds everything anew for one it has not seen.
    picture.strokes.forEach((stroke, i) => {
      const known: Partial<ChartDataset<"line", Point[]>> = datasets[i] ?? {};
      const now = dataset(stroke);
      isRestyled ||= known.backgroundColor !== now.backgroundColor || known.pointRadius !== now.pointRadius;
      datasets[i] = Object.assign(known, now);
    });
    this.scales(picture);
    // The style that a line's dots share is read anew by a full update alone.
    chart.update(isRestyled ? undefined : "none");
  }

  destroy(): void {
    this.chart.destroy();
  }

  private scales({ range, logScale, palette, references, strokes }: Picture): void {
    const [low, high] = verticalRange(strokes, references, logScale);
    const { options } = this.chart;
    if (palette !== this.styled?.palette || logScale !== this.styled.logScale) {
      options.scales = scaleStyles(palette, logScale);
      this.styled = { palette, logScale };
    }
    Object.assign(options.scales?.x ?? {}, { min: range[0], max: range[1] });
    Object.assign(options.scales?.y ?? {}, { min: low, max: high });
  }

  private annotations(): Plugin<"line"> {
    return {
      id: "annotations",
      // Under the curves: what was measured is never covered.
      beforeDatasetsDraw: (chart) => {
        if (!this.picture) return;
        drawReferences(chart, this.picture);
        drawMarkers(chart, this.picture);
      },
    };
  }
}

function scaleStyles(palette: Palette, logScale: boolean): NonNullable<ChartOptions<"line">["scales"]> {
  const font = { family: palette.font, size: 11 };
  // Few labels are measured, not all: they are about as wide as one another.
  const ticks = { color: palette.muted, font, maxRotation: 0, sampleSize: 2 };
  const border = { display: false };
  return {
    x: {
      type: "linear",
      border,
      grid: { display: false },
      ticks: { ...ticks, maxTicksLimit: 6, includeBounds: false, callback: (value) => compact(Number(value)) },
    },
    y: {
      type: logScale ? "logarithmic" : "linear",
      border,
      grid: { color: faint(palette.grid, palette.dashed ? 0.5 : 0.25), tickLength: 0 },
      ticks: {
        ...ticks,
        maxTicksLimit: 5,
        padding: 6,
        includeBounds: logScale,
        callback: (value) => compact(Number(value)),
      },
      afterFit: (scale) => {
        scale.width = AXIS_WIDTH_PX;
      },
    },
  };
}

function dataset(stroke: Stroke): ChartDataset<"line", Point[]> {
  return {
    data: stroke.points as Point[],
    borderColor: stroke.colour,
    backgroundColor: stroke.colour,
    borderWidth: stroke.band ? 0 : stroke.width,
    borderDash: [...stroke.dash],
    borderJoinStyle: "bevel",
    pointRadius: stroke.dots ? 2 : 0,
    pointHitRadius: 0,
    tension: 0,
    fill: stroke.band ? "-1" : false,
  };
}

/** Lowest and highest of what is drawn with a little air, in whole decades on a logarithmic scale. */
function verticalRange(strokes: readonly Stroke[], references: readonly ReferenceLine[], logScale: boolean): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const include = (value: number): void => {
    if (logScale && value <= 0) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (const { points } of strokes) for (const { y } of points) include(y);
  for (const { value } of references) include(value);
  if (low > high) return logScale ? [0.1, 1] : [0, 1];
  if (logScale) return [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high) + 1e-9)];
  const air = (high - low) * 0.08 || Math.abs(high) * 0.1 || 1;
  return [low >= 0 && low - air < 0 ? 0 : low - air, high + air];
}

function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${formatNumber(value / 1e6, 3)}M`;
  if (size >= 1e4) return `${formatNumber(value / 1e3, 3)}k`;
  return formatNumber(value, 3);
}

// -------------------------------------------------------------------------------------------------------- annotations

function drawReferences(chart: Chart, { references, palette }: Picture): void {
  const { ctx, chartArea, scales } = chart;
  const { y } = scales;
  if (!y) return;
  ctx.save();
  ctx.font = `10px ${palette.font}`;
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  const lines = withSharedLabels(references)
    .map(({ label, value }) => ({ label, line: Math.round(y.getPixelForValue(value)) + 0.5 }))
    .filter(({ line }) => line >= chartArea.top && line <= chartArea.bottom);
  ctx.strokeStyle = faint(palette.foreground, 0.5);
  ctx.lineWidth = 1;
  ctx.setLineDash([3, 3]);
  for (const { line } of lines) {
    ctx.beginPath();
    ctx.moveTo(chartArea.left, line);
    ctx.lineTo(chartArea.right, line);
    ctx.stroke();
  }
  ctx.lineWidth = 3;
  ctx.setLineDash([]);
  ctx.strokeStyle = palette.background;
  ctx.fillStyle = palette.muted;
  const { top, left, right } = chartArea;
  const widthOf = (label: string): number => ctx.measureText(label).width;
  for (const place of placedLabels(lines, { top, left, right: right - 3, widthOf })) {
    ctx.strokeText(place.label, place.right, place.middle);
    ctx.fillText(place.label, place.right, place.middle);
  }
  ctx.restore();
}

/** Policies with the same value share one line: "round-robin, oracle". */
function withSharedLabels(references: readonly ReferenceLine[]): readonly ReferenceLine[] {
  const labels = new Map<number, string[]>();
  for (const { label, value } of references) labels.set(value, [...(labels.get(value) ?? []), label]);
  return [...labels].map(([value, names]) => ({ value, label: names.join(", ") }));
}

const TICK_HEIGHT_PX = 5;

function drawMarkers(chart: Chart, { markers, ticks, palette }: Picture): void {
  const { ctx, chartArea, scales } = chart;
  const { x } = scales;
  if (!x) return;
  ctx.save();
  ctx.strokeStyle = palette.warning;
  ctx.beginPath();
  let drawn = Number.NaN;
  for (const tick of ticks) {
    const at = Math.round(x.getPixelForValue(tick)) + 0.5;
    if (at === drawn || at < chartArea.left || at > chartArea.right) continue;
    ctx.moveTo(at, chartArea.bottom - TICK_HEIGHT_PX);
    ctx.lineTo(at, chartArea.bottom);
    drawn = at;
  }
  ctx.stroke();
  for (const { x: place, kind } of markers) {
    const at = Math.round(x.getPixelForValue(place)) + 0.5;
    if (at < chartArea.left - 1 || at > chartArea.right + 1) continue;
    const colour = kind === "change" ? palette.change : kind === "warning" ? palette.warning : palette.muted;
    ctx.strokeStyle = faint(colour, 0.75);
    ctx.setLineDash(kind === "change" ? [] : [2, 3]);
    ctx.beginPath();
    ctx.moveTo(at, chartArea.top - 2);
    ctx.lineTo(at, chartArea.bottom);
    ctx.stroke();
    ctx.fillStyle = colour;
    ctx.setLineDash([]);
    drawGlyph(ctx, kind, at, chartArea.top - 5);
  }
  ctx.restore();
}

/** A diamond for changes, a triangle for warnings, a dot for the rest: shapes, so that colour is not needed. */
function drawGlyph(ctx: CanvasRenderingContext2D, kind: Marker["kind"], x: number, y: number): void {
  ctx.beginPath();
  if (kind === "change") {
    ctx.moveTo(x, y - 5);
    ctx.lineTo(x + 5, y);
    ctx.lineTo(x, y + 5);
    ctx.lineTo(x - 5, y);
  } else if (kind === "warning") {
    ctx.moveTo(x, y - 4);
    ctx.lineTo(x + 5, y + 4);
    ctx.lineTo(x - 5, y + 4);
  } else ctx.arc(x, y, 3, 0, Math.PI * 2);
  ctx.closePath();
  ctx.fill();
}
