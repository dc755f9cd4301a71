/** The Curves pane: what is drawn and how, the legend, the charts by group, the events. */
import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { type MetricName, metricCatalogue } from "../../../src/protocol/metrics.ts";
import type { StudioSnapshot } from "../../../src/protocol/studio.ts";
import { formatCount } from "../../shared/format.ts";
import { emptyState } from "../emptyState.ts";
import { runObstacle, shownRuns } from "../state.ts";
import type { ChartBoard } from "./chartBoard.ts";
import type { CurvesPort } from "./curvesPort.ts";
import { eventText } from "./eventText.ts";
import { legendBar } from "./legend.ts";

const groups = ["Returns", "Evaluation", "Diversity", "Plans", "PPO", "Models"] as const;
/** The list keeps to the newest; every event has its marker. */
const MOST_EVENTS = 100;

export function curvesPane(app: CurvesPort, board: ChartBoard, snapshot: StudioSnapshot): TemplateResult {
  if (shownRuns(app.state).length === 0) return noRun(app, snapshot);
  const { metrics } = app.state.page.curves;
  const cards = board.cards(metrics);
  return html`<div class="pane curves-pane">
    ${toolbar(app, board)} <div class="legend-line">${legendBar(app, board.legend(), snapshot)} ${zoomButtons(app, board)}</div>
    ${board.isPartial ? partialHint : nothing}
    <div class="scroll">
      ${
        cards.length === 0
          ? emptyState({ title: "No metric chosen", text: "Choose metrics above to draw their curves." })
          : nothing
      }
      ${groups.map((group) => {
        const members = cards.filter(({ metric }) => metricCatalogue[metric].group === group);
        return members.length === 0
          ? nothing
          : html`<section class="chart-group" aria-label=${group}>
              <h3>${group}</h3>
              <div class="charts">
                ${repeat(
                  members,
                  ({ metric }) => metric,
                  ({ element }) => element,
                )}
              </div>
            </section>`;
      })}
      ${eventList(board)} ${board.announcer}
    </div>
  </div>`;
}

const partialHint = html`<p class="hint curves-partial">
  Of earlier iterations a part is drawn, evenly over them; zoom in to see all of them. Export CSV writes what is drawn.
</p>`;

function noRun(app: CurvesPort, snapshot: StudioSnapshot): TemplateResult {
  const obstacle = runObstacle(snapshot);
  return emptyState({
    title: "No run yet",
    text:
      obstacle ??
      "Run the experiment to see its curves live: session length, return, diversity, plans and training, beside the prompts and thresholds that shape them.",
    actions: html`<vscode-button ?disabled=${obstacle !== undefined || app.isBusy("run")} @click=${() => app.run()}
      >Run</vscode-button
    >`,
  });
}

function toolbar(app: CurvesPort, board: ChartBoard): TemplateResult {
  const { axis, smoothing, logScale, references, groupSeeds } = app.state.page.curves;
  const checkbox = (label: string, value: boolean, set: (on: boolean) => void) => html`<vscode-checkbox
    .checked=${value}
    @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
    >${label}</vscode-checkbox
  >`;
  return html`<div class="curves-toolbar" role="group" aria-label="How curves are drawn">
    ${metricPicker(app, board)}
    <label class="check smoothing"
      >Smoothing
      <input
        type="range"
        min="0"
        max="0.99"
        step="0.01"
        .value=${String(smoothing)}
        @input=${(event: Event) => app.patchCurves({ smoothing: Number((event.target as HTMLInputElement).value) })}
      /><output>${smoothing.toFixed(2)}</output></label
    >
    <label class="check"
      >Over
      <select
        @change=${(event: Event) =>
          app.patchCurves({
            axis: (event.target as HTMLSelectElement).value === "userSteps" ? "userSteps" : "iteration",
            range: undefined,
          })}
      >
        <option value="iteration" ?selected=${axis === "iteration"}>iterations</option>
        <option value="userSteps" ?selected=${axis === "userSteps"}>user steps</option>
      </select></label
    >
    ${checkbox("Logarithmic", logScale, (on) => app.patchCurves({ logScale: on }))}
    ${checkbox("References", references, (on) => app.patchCurves({ references: on }))}
    ${checkbox("Group seeds", groupSeeds, (on) => app.patchCurves({ groupSeeds: on }))}
  </div>`;
}

function zoomButtons(app: CurvesPort, board: ChartBoard): TemplateResult {
  const { range, metrics } = app.state.page.curves;
  return html`<span class="zoom-buttons" role="group" aria-label="Zoom" title="Ctrl+wheel zooms, dragging selects a part, Shift+drag pans, double click resets">
      <button type="button" class="mini-button" aria-label="Zoom out" @click=${() => board.zoomBy(1.6)}>−</button>
      <button type="button" class="mini-button" aria-label="Zoom in" @click=${() => board.zoomBy(0.625)}>+</button>
      <button type="button" class="mini-button" ?disabled=${range === undefined} @click=${() => board.reset()}>
        Show all
      </button>
    </span>
    <button type="button" class="mini-button" @click=${() => board.exportCsv(metrics, "curves.csv")}>Export CSV</button>`;
}

function metricPicker(app: CurvesPort, board: ChartBoard): TemplateResult {
  const { metrics } = app.state.page.curves;
  const names = Object.keys(metricCatalogue) as MetricName[];
  return html`<details class="metric-picker" @keydown=${closeOnEscape}>
    <summary>Metrics <span class="hint">${metrics.length} of ${names.length}</span></summary>
    <div class="metric-menu">
      ${groups.map(
        (group) => html`<fieldset>
          <legend>${group}</legend>
          ${names
            .filter((name) => metricCatalogue[name].group === group)
            .map(
              (name) => html`<label class="check" title=${metricCatalogue[name].definition}>
                <input
                  type="checkbox"
                  .checked=${metrics.includes(name)}
                  @change=${(event: Event) => board.toggleMetric(name, (event.target as HTMLInputElement).checked)}
                />
                ${metricCatalogue[name].label}
              </label>`,
            )}
        </fieldset>`,
      )}
    </div>
  </details>`;
}

function closeOnEscape(event: KeyboardEvent): void {
  const details = event.currentTarget as HTMLDetailsElement;
  if (event.key !== "Escape" || !details.open) return;
  details.open = false;
  details.querySelector("summary")?.focus();
}

function eventList(board: ChartBoard): TemplateResult | typeof nothing {
  const events = board.events();
  if (events.length === 0) return nothing;
  return html`<details class="event-list">
    <summary>Events <span class="hint">${formatCount(events.length)}</span></summary>
    <ol>
      ${events
        .slice(-MOST_EVENTS)
        .reverse()
        .map(
          (event) => html`<li>
            <button type="button" @click=${() => board.pointAt(event)}>${eventText(event)}</button>
          </li>`,
        )}
    </ol>
  </details>`;
}
