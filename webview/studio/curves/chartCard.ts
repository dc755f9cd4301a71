/** One metric's card: title, values under the crosshair, plot or table, and what is not shown. */
import { html, nothing, render, type TemplateResult } from "lit-html";
import { type MetricName, metricCatalogue } from "../../../src/protocol/metrics.ts";
import { formatCount, formatNumber } from "../../shared/format.ts";
import { throttle } from "../../shared/store.ts";
import { type Axis, nearestIndex, type Series } from "../runs/series.ts";
import type { CardModel } from "./cardModel.ts";
import { LinePlot, type Picture } from "./chart.ts";
import { dataTable } from "./dataTable.ts";
import type { Decimated } from "./decimate.ts";
import { eventText } from "./eventText.ts";
import { attachGestures, type PlotActions } from "./gestures.ts";
import { StrokeBuilder } from "./strokes.ts";
import { describeEvent, eventKind, type ToldEvent } from "./timeline.ts";

export interface CardActions extends PlotActions {
  readonly copyImage: (card: ChartCard) => void;
  readonly exportCsv: (card: ChartCard) => void;
  readonly remove: () => void;
}

/** Lowest and highest of so many pixels make one stroke; finer than a line is wide gains nothing. */
const BUCKET_PX = 2;
/** Before the plot has its size. */
const FEWEST_BUCKETS = 100;
/** An event this far from the crosshair counts as pointed at. */
const REACH_PX = 6;
const MOST_EVENTS_SHOWN = 4;
/** Between two renewals of a card's text while points stream in. */
const TEXT_INTERVAL_MS = 100;

export class ChartCard {
  readonly element = document.createElement("article");
  model: CardModel | undefined;
  visible = true;
  readonly plot: LinePlot;
  private readonly surface = document.createElement("div");
  private readonly crosshair = document.createElement("div");
  private readonly popup = document.createElement("div");
  private readonly table = document.createElement("div");
  private readonly header = document.createElement("header");
  private readonly footer = document.createElement("footer");
  private readonly strokes = new StrokeBuilder();
  private showsTable = false;
  private crosshairAt: number | undefined;
  private active = false;
  private shown: readonly Decimated[] = [];

  constructor(
    readonly metric: MetricName,
    private readonly actions: CardActions,
  ) {
    const box = document.createElement("div");
    const canvas = document.createElement("canvas");
    const holder = document.createElement("div");
    holder.className = "plot-canvas";
    holder.append(canvas);
    this.element.className = "chart-card";
    this.element.dataset.metric = metric;
    this.surface.className = "plot";
    this.surface.tabIndex = 0;
    this.surface.setAttribute("role", "group");
    this.surface.setAttribute("aria-roledescription", "chart");
    canvas.setAttribute("aria-hidden", "true");
    this.crosshair.className = "crosshair";
    this.crosshair.hidden = true;
    box.className = "zoom-box";
    box.hidden = true;
    this.popup.className = "event-popup";
    this.popup.hidden = true;
    this.table.className = "chart-table";
    this.table.hidden = true;
    this.surface.append(holder, this.crosshair, box, this.popup);
    this.element.append(this.header, this.surface, this.table, this.footer);
    this.plot = new LinePlot(canvas);
    attachGestures(this.surface, box, this.plot, actions);
  }

  draw(model: CardModel): void {
    this.model = model;
    const { left, right } = this.plot.area;
    const buckets = Math.max(FEWEST_BUCKETS, Math.round((right - left) / BUCKET_PX));
    const shown = this.strokes.build(model, buckets);
    const markers = model.events.map((event) => ({ x: event[model.axis], kind: eventKind(event) }));
    const picture: Picture = {
      strokes: shown.strokes,
      range: model.range,
      logScale: model.logScale,
      references: model.references,
      markers,
      ticks: model.planEvents,
      palette: model.palette,
    };
    if (!this.showsTable) this.plot.draw(picture);
    this.shown = shown.decimated;
    this.placeCrosshair();
    this.renderText();
  }

  /** Places the crosshair at a value of the axis; the card pointed at also tells the events there. */
  point(x: number | undefined, active = this.active): void {
    this.crosshairAt = x;
    this.active = active;
    this.placeCrosshair();
    if (this.model) this.renderHeader(this.model);
  }

  private placeCrosshair(): void {
    const { model } = this;
    const x = this.crosshairAt;
    const active = this.active;
    if (!model) return;
    const { left, right, top, bottom } = this.plot.area;
    const at = x === undefined ? Number.NaN : this.plot.pixelOf(x);
    const inPlot = at >= left - 1 && at <= right + 1;
    this.crosshair.hidden = !inPlot;
    if (inPlot) {
      this.crosshair.style.transform = `translateX(${Math.round(at)}px)`;
      this.crosshair.style.top = `${top}px`;
      this.crosshair.style.height = `${bottom - top}px`;
    }
    this.renderPopup(model, inPlot && active ? at : undefined);
  }

  /** Value of the first line next to the crosshair, for the live region. */
  spoken(): string {
    const { model } = this;
    const x = this.crosshairAt;
    if (!model || x === undefined) return "";
    const values = model.lines.map(
      ({ entry, series }) => `${entry.label} ${formatNumber(valueNear(series, model.axis, x))}`,
    );
    const near = this.eventsNear(model, this.plot.pixelOf(x)).map((event) => describeEvent(event).title);
    return [
      `${metricCatalogue[this.metric].label} at ${axisName(model.axis)} ${formatCount(x)}: ${values.join(", ")}`,
      ...near,
    ].join(". ");
  }

  destroy(): void {
    this.plot.destroy();
    this.element.remove();
  }

  /** Numbers that change more often than they can be read. */
  private readonly renderText = throttle(() => {
    if (!this.model) return;
    this.renderAround(this.model, this.shown);
    this.renderHeader(this.model);
  }, TEXT_INTERVAL_MS);

  private renderAround(model: CardModel, decimated: readonly Decimated[]): void {
    const { label } = metricCatalogue[this.metric];
    const summary = model.lines.map(({ entry, series }) => `${entry.label}, latest ${formatNumber(last(series))}`);
    this.surface.setAttribute(
      "aria-label",
      `${label}: ${summary.join("; ") || "no points yet"}. Arrow keys move the crosshair.`,
    );
    const points = model.lines.reduce((sum, { series }) => sum + series.length, 0);
    this.element.dataset.points = String(points);
    render(footnote(decimated, model.lines.length > 0), this.footer);
    this.surface.hidden = this.showsTable;
    this.table.hidden = !this.showsTable;
    if (this.showsTable) render(dataTable(this.metric, model), this.table);
  }

  private renderHeader(model: CardModel): void {
    const { label, unit, definition } = metricCatalogue[this.metric];
    const x = this.crosshairAt;
    const value = (series: Series): number => (x === undefined ? last(series) : valueNear(series, model.axis, x));
    render(
      html`<div class="chart-title">
          <h4 title=${definition}>${label}</h4>
          <span class="unit">${unit}</span>
          <span class="spacer"></span>
          <div class="chart-buttons">
            ${iconButton("Table", this.showsTable, () => this.toggleTable())}
            ${iconButton("Copy", undefined, () => this.actions.copyImage(this), `Copy ${label} as PNG`)}
            ${iconButton("CSV", undefined, () => this.actions.exportCsv(this), `Export ${label} as CSV`)}
            ${iconButton("×", undefined, () => this.actions.remove(), `Remove ${label}`)}
          </div>
        </div>
        <div class="chart-values">
          ${model.lines.map(
            ({ entry, series }) => html`<span
              class="chart-value line-colour-${entry.index % 6}"
              title=${entry.label}
              ><span class="value-dot" aria-hidden="true"></span>${formatNumber(value(series))}</span
            >`,
          )}
        </div>`,
      this.header,
    );
  }

  private toggleTable(): void {
    this.showsTable = !this.showsTable;
    if (!this.model) return;
    this.renderAround(this.model, this.shown);
    this.draw(this.model);
  }

  private eventsNear(model: CardModel, pixel: number): readonly ToldEvent[] {
    return model.events.filter((event) => Math.abs(this.plot.pixelOf(event[model.axis]) - pixel) <= REACH_PX);
  }

  private renderPopup(model: CardModel, pixel: number | undefined): void {
    const near = pixel === undefined ? [] : this.eventsNear(model, pixel);
    this.popup.hidden = near.length === 0;
    if (near.length === 0 || pixel === undefined) return;
    const { left, right } = this.plot.area;
    this.popup.classList.toggle("left", pixel > (left + right) / 2);
    this.popup.style.setProperty("--at", `${Math.round(pixel)}px`);
    render(
      html`${near.slice(0, MOST_EVENTS_SHOWN).map(eventText)}
      ${near.length > MOST_EVENTS_SHOWN ? html`<p class="hint">and ${near.length - MOST_EVENTS_SHOWN} more</p>` : nothing}`,
      this.popup,
    );
  }
}

function footnote(decimated: readonly Decimated[], any: boolean): TemplateResult | typeof nothing {
  if (!any) return html`<span>No points yet.</span>`;
  const shown = decimated.reduce((sum, { points }) => sum + points.length, 0);
  const of = decimated.reduce((sum, { of: all }) => sum + all, 0);
  const dropped = decimated.reduce((sum, { notPositive }) => sum + notPositive, 0);
  const parts: string[] = [];
  if (decimated.some((one) => one.decimated)) {
    parts.push(`Showing ${formatCount(shown)} of ${formatCount(of)} points; extremes kept.`);
  }
  if (dropped > 0) parts.push(`${formatCount(dropped)} points at or below zero have no place on a logarithmic scale.`);
  return parts.length > 0 ? html`<span>${parts.join(" ")}</span>` : nothing;
}

function iconButton(text: string, pressed: boolean | undefined, act: () => void, label: string = text): TemplateResult {
  return html`<button type="button" class="mini-button" title=${label} aria-label=${label} aria-pressed=${pressed ?? nothing} @click=${act}>
    ${text}
  </button>`;
}

const last = (series: Series): number => series.values.numbers().at(-1) ?? Number.NaN;
const axisName = (axis: Axis): string => (axis === "iteration" ? "iteration" : "user step");

function valueNear(series: Series, axis: Axis, x: number): number {
  const index = nearestIndex(series.axis(axis), x);
  return index < 0 ? Number.NaN : (series.values.numbers()[index] as number);
}
