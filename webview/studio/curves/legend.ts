/** The legend of all charts: one button per line, shown or hidden; runs are added and taken away here. */
import { html, nothing, svg, type TemplateResult } from "lit-html";
import type { RunId, RunRecord } from "../../../src/protocol/run.ts";
import type { StudioSnapshot } from "../../../src/protocol/studio.ts";
import { shownRuns } from "../state.ts";
import type { CurvesPort } from "./curvesPort.ts";
import { type LegendEntry, settingsDifference } from "./lines.ts";

export function legendBar(app: CurvesPort, entries: readonly LegendEntry[], snapshot: StudioSnapshot): TemplateResult {
  const current = entries[0]?.runs[0];
  const shown = new Set(shownRuns(app.state));
  const others = snapshot.runs.filter(({ id }) => !shown.has(id));
  return html`<div class="legend" role="group" aria-label="Runs drawn">
    <ul>
      ${entries.map((entry) => html`<li>${entryButtons(app, entry, current)}</li>`)}
    </ul>
    ${
      others.length === 0
        ? nothing
        : html`<select
            class="add-run"
            aria-label="Lay another run over the curves"
            @change=${(event: Event) => {
              const select = event.target as HTMLSelectElement;
              app.setOverlays([...app.state.page.curves.overlays, select.value]);
              select.value = "";
            }}
          >
            <option value="">Add a run…</option>
            ${others.map((run) => html`<option value=${run.id}>${optionText(run)}</option>`)}
          </select>`
    }
  </div>`;
}

function entryButtons(app: CurvesPort, entry: LegendEntry, current: RunRecord | undefined): TemplateResult {
  const [first] = entry.runs;
  const difference = first && current && first.id !== current.id ? settingsDifference(first, current) : "";
  const ids = entry.runs.map(({ id }) => id);
  const toggle = (): void => {
    const { hidden } = app.state.page.curves;
    app.patchCurves({ hidden: entry.hidden ? hidden.filter((id) => id !== entry.key) : [...hidden, entry.key] });
  };
  const remove = (): void => app.setOverlays(app.state.page.curves.overlays.filter((id: RunId) => !ids.includes(id)));
  const isOverlay = app.state.page.curves.overlays.some((id) => ids.includes(id)) && entry.index > 0;
  return html`<button type="button" class="legend-entry" aria-pressed=${!entry.hidden} title="Show or hide" @click=${toggle}>
      ${swatch(entry.index)}<span class="legend-name">${entry.label}</span>
      ${difference ? html`<span class="hint">${difference}</span>` : nothing}
    </button>
    ${
      isOverlay
        ? html`<button type="button" class="mini-button" aria-label="Remove ${entry.label}" @click=${remove}>×</button>`
        : nothing
    }`;
}

const swatch = (index: number): TemplateResult => html`<svg class="legend-swatch" viewBox="0 0 24 8" aria-hidden="true">
  ${svg`<line class="line-stroke-${index % 6} dash-${index % 6}" x1="0" x2="24" y1="4" y2="4" />`}
</svg>`;

const optionText = (run: RunRecord): string =>
  `${run.name} · seed ${run.seed}${run.summary ? ` · R_cum ${run.summary.rCum.toFixed(2)}` : ""}`;
