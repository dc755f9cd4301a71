/** The charts as one instrument: cards per metric, one visible range, one crosshair, redrawn once a frame. */
import type { MetricName } from "../../../src/protocol/metrics.ts";
import { metricCatalogue } from "../../../src/protocol/metrics.ts";
import type { RunId, RunRecord } from "../../../src/protocol/run.ts";
import { messageOf } from "../../shared/messenger.ts";
import { frameScheduler } from "../../shared/store.ts";
import type { RunData } from "../runs/runData.ts";
import { nearestIndex, type Series } from "../runs/series.ts";
import { runById, shownRuns } from "../state.ts";
import { type CardActions, ChartCard } from "./chartCard.ts";
import type { CurvesPort } from "./curvesPort.ts";
import { base64Of, cardImage, curvesCsv } from "./exportCurves.ts";
import { type LegendEntry, LineSource, legendEntries } from "./lines.ts";
import { onThemeChange, type Palette, readPalette } from "./palette.ts";
import { referenceLines } from "./references.ts";
import { isTick, type ToldEvent, toldEvents, withPromptTexts } from "./timeline.ts";
import { panned, type Range, zoomed } from "./viewport.ts";

/** What drawing may take of a frame; the cards left over are drawn in the next one. */
const FRAME_BUDGET_MS = 14;

export class ChartBoard {
  private readonly cardOf = new Map<MetricName, ChartCard>();
  private readonly lines: LineSource;
  private readonly visibility: IntersectionObserver;
  /** Cards to draw, the one that waits longest first. */
  private readonly stale = new Set<ChartCard>();
  private readonly announce = document.createElement("div");
  private readonly redraw: () => void;
  private palette: Palette = readPalette();
  private crosshair: number | undefined;

  constructor(private readonly app: CurvesPort) {
    this.lines = new LineSource(app.library);
    this.redraw = frameScheduler(() => this.draw());
    this.announce.className = "visually-hidden";
    this.announce.setAttribute("aria-live", "polite");
    this.visibility = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const card = this.cardOf.get((target as HTMLElement).dataset.metric as MetricName);
        if (card) card.visible = isIntersecting;
      }
      this.invalidate();
    });
    onThemeChange(() => {
      this.palette = readPalette();
      this.invalidate();
    });
  }

  /** Reads what the keyboard's crosshair points at to a screen reader. */
  get announcer(): HTMLElement {
    return this.announce;
  }

  invalidate(): void {
    // Cards still waiting for their turn keep it: a stream of changes must not starve the last ones.
    for (const card of this.cardOf.values()) this.stale.add(card);
    this.redraw();
  }

  /** Cards of the chosen metrics, in the catalogue's order. */
  cards(metrics: readonly MetricName[]): readonly ChartCard[] {
    for (const [metric, card] of this.cardOf) {
      if (metrics.includes(metric)) continue;
      this.visibility.unobserve(card.element);
      card.destroy();
      this.stale.delete(card);
      this.cardOf.delete(metric);
    }
    const ordered = (Object.keys(metricCatalogue) as MetricName[]).filter((metric) => metrics.includes(metric));
    return ordered.map((metric) => {
      let card = this.cardOf.get(metric);
      if (!card) {
        card = new ChartCard(metric, this.actions(metric));
        this.cardOf.set(metric, card);
        this.visibility.observe(card.element);
      }
      return card;
    });
  }

  legend(): readonly LegendEntry[] {
    const { hidden, groupSeeds } = this.app.state.page.curves;
    return legendEntries(this.runs(), hidden, groupSeeds);
  }

  events(): readonly ToldEvent[] {
    const [current] = shownRuns(this.app.state);
    const prompts = runById(this.app.state, current)?.prompts ?? [];
    return toldEvents(this.app.library.get(current)?.events ?? []).map((event) => withPromptTexts(event, prompts));
  }

  /** Moves the crosshair to an event, from the list of events. */
  pointAt(event: ToldEvent): void {
    this.point(event[this.app.state.page.curves.axis], undefined);
  }

  /** Every point of the given metrics as CSV, through the host's save dialog. */
  async exportCsv(metrics: readonly MetricName[], name: string): Promise<void> {
    const legend = this.legend();
    const content = curvesCsv(metrics.map((metric) => ({ metric, lines: this.lines.lines(metric, legend) })));
    await this.app.attempt("saveFile", { name, content, encoding: "utf8" });
  }

  toggleMetric(metric: MetricName, on: boolean): void {
    const { metrics } = this.app.state.page.curves;
    this.app.patchCurves({ metrics: on ? [...metrics, metric] : metrics.filter((other) => other !== metric) });
  }

  zoomBy(factor: number): void {
    const full = this.full();
    const range = this.range();
    const centre = this.crosshair ?? (range[0] + range[1]) / 2;
    this.app.patchCurves({ range: zoomed(range, full, centre, factor) });
  }

  reset(): void {
    this.app.patchCurves({ range: undefined });
  }

  // -------------------------------------------------------------------------------------------------------- drawing

  private draw(): void {
    const { axis, smoothing, logScale, references } = this.app.state.page.curves;
    const [current] = shownRuns(this.app.state);
    const data = this.app.library.get(current);
    const legend = this.legend();
    const range = this.range();
    const events = this.events();
    const planEvents = (data?.events ?? []).flatMap((event) => (isTick(event) ? event[axis] : []));
    const record: RunRecord | undefined = runById(this.app.state, current);
    this.seeEarlier(range);
    const started = performance.now();
    for (const card of [...this.stale]) {
      if (performance.now() - started > FRAME_BUDGET_MS) {
        this.redraw();
        return;
      }
      this.stale.delete(card);
      if (!card.visible || !card.element.isConnected) continue;
      const isPlanMetric = metricCatalogue[card.metric].group === "Plans";
      card.draw({
        lines: this.lines.lines(card.metric, legend),
        range,
        axis,
        smoothing,
        logScale,
        references: references ? referenceLines(card.metric, data?.references ?? [], record) : [],
        events,
        planEvents: isPlanMetric ? planEvents : [],
        palette: this.palette,
      });
    }
  }

  /** Tells which iterations of the runs are in sight: earlier ones are read where somebody looks at them. */
  private seeEarlier(range: Range): void {
    const { axis } = this.app.state.page.curves;
    for (const { hidden, runs } of this.legend()) {
      if (hidden) continue;
      for (const { id } of runs) {
        const series = longest(this.app.library.get(id));
        if (series)
          this.app.library.see(id, {
            from: series.iterationAt(axis, range[0]),
            to: series.iterationAt(axis, range[1]) + 1,
          });
      }
    }
  }

  /** Whether a run in sight is drawn from a part of its rows. */
  get isPartial(): boolean {
    return this.runs().some(({ id }) => this.app.library.get(id)?.coverage.isPartial);
  }

  private runs(): readonly RunRecord[] {
    return shownRuns(this.app.state).flatMap((runId: RunId) => runById(this.app.state, runId) ?? []);
  }

  /** From the first to the last point of any visible run. */
  private full(): Range {
    const { axis } = this.app.state.page.curves;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const { hidden, runs } of this.legend()) {
      if (hidden) continue;
      for (const { id } of runs) {
        const data = this.app.library.get(id);
        // Iterations that are not read yet begin at 0, on either axis.
        if (data && data.coverage.end > 0) low = Math.min(low, 0);
        for (const series of data?.series.values() ?? []) {
          const values = series.axis(axis);
          low = Math.min(low, values[0] ?? low);
          high = Math.max(high, values.at(-1) ?? high);
        }
      }
    }
    if (low > high) return [0, 1];
    return low === high ? [low - 1, high + 1] : [low, high];
  }

  private range(): Range {
    return this.app.state.page.curves.range ?? this.full();
  }

  private point(x: number | undefined, active: MetricName | undefined): void {
    this.crosshair = x;
    for (const card of this.cardOf.values()) if (card.visible) card.point(x, card.metric === active);
  }

  // -------------------------------------------------------------------------------------------------------- actions

  private actions(metric: MetricName): CardActions {
    const setRange = (range: Range | undefined): void => this.app.patchCurves({ range });
    return {
      point: (x) => this.point(x, metric),
      zoom: (centre, factor) => setRange(zoomed(this.range(), this.full(), centre, factor)),
      pan: (share) => {
        if (this.app.state.page.curves.range) setRange(panned(this.range(), this.full(), share));
      },
      select: (from, to) => setRange([from, to]),
      reset: () => this.reset(),
      step: (direction, to) => this.step(metric, direction, to),
      zoomKey: (factor) => this.zoomBy(factor),
      copyImage: (card) => void this.copyImage(card),
      exportCsv: () => void this.exportCsv([metric], `${metric}.csv`),
      remove: () => this.toggleMetric(metric, false),
    };
  }

  private step(metric: MetricName, direction: 1 | -1, to: "point" | "event"): void {
    const { axis } = this.app.state.page.curves;
    const card = this.cardOf.get(metric);
    const range = this.range();
    const from = this.crosshair ?? (direction > 0 ? range[0] : range[1]);
    if (to === "event") {
      const places = this.events().map((event) => event[axis]);
      const next = direction > 0 ? places.find((x) => x > from) : places.findLast((x) => x < from);
      if (next !== undefined) this.point(next, metric);
    } else {
      const points = card?.model?.lines[0]?.series.axis(axis);
      if (!points || points.length === 0) return;
      const at = nearestIndex(points, from) + (this.crosshair === undefined ? 0 : direction);
      this.point(points[Math.min(Math.max(at, 0), points.length - 1)], metric);
    }
    this.announce.textContent = card?.spoken() ?? "";
  }

  private async copyImage(card: ChartCard): Promise<void> {
    try {
      const image = await cardImage(card);
      try {
        await navigator.clipboard.write([new ClipboardItem({ "image/png": image })]);
        this.app.notify("info", `Copied ${metricCatalogue[card.metric].label} as an image.`);
      } catch {
        // Not every host lets a page write images to the clipboard: then a file serves.
        const content = await base64Of(image);
        await this.app.attempt("saveFile", { name: `${card.metric}.png`, content, encoding: "base64" });
      }
    } catch (error) {
      this.app.notify("error", messageOf(error));
    }
  }
}

/** The series that knows most places of the axis. */
function longest(data: RunData | undefined): Series | undefined {
  let found: Series | undefined;
  for (const series of data?.series.values() ?? []) if (series.length > (found?.length ?? 0)) found = series;
  return found;
}
