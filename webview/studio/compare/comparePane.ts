/** The Compare pane: runs side by side, with intervals, and what differs between them. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { Comparison } from "../../../src/protocol/engine.ts";
import { scoreOf } from "../../../src/protocol/run/score.ts";
import type { RunId, RunRecord } from "../../../src/protocol/run.ts";
import type { StudioSnapshot } from "../../../src/protocol/studio.ts";
import { diffList } from "../../shared/diffList.ts";
import { formatNumber, formatValue } from "../../shared/format.ts";
import { emptyState } from "../emptyState.ts";
import { plannedBy } from "../plannedBy.ts";
import { compareChosen } from "./compareChosen.ts";
import type { ComparePort } from "./comparePort.ts";
import { dotWhisker } from "./dotWhisker.ts";
import { improvementMatrix } from "./improvementMatrix.ts";

export function comparePane(app: ComparePort, snapshot: StudioSnapshot): TemplateResult {
  if (snapshot.runs.length < 2) {
    return emptyState({
      title: "Nothing to compare yet",
      text: "Two runs are needed: run the experiment, change a prompt or a threshold, and run it again.",
    });
  }
  const chosen = app.state.page.compared.filter((id) => snapshot.runs.some((run) => run.id === id));
  return html`<div class="pane compare-pane">
    <div class="scroll">
      ${chooser(app, snapshot, chosen)} ${result(app, chosen)}
    </div>
  </div>`;
}

function chooser(app: ComparePort, snapshot: StudioSnapshot, chosen: readonly RunId[]): TemplateResult {
  const toggle = (id: RunId, on: boolean): void => {
    app.patchPage({ compared: on ? [...chosen, id] : chosen.filter((other) => other !== id) });
    void compareChosen(app);
  };
  return html`<fieldset class="run-chooser">
    <legend>Runs to compare <span class="hint">the first chosen is the one others are set against</span></legend>
    <ul>
      ${snapshot.runs.map(
        (run) => html`<li>
          <label class="check">
            <input
              type="checkbox"
              .checked=${chosen.includes(run.id)}
              @change=${(event: Event) => toggle(run.id, (event.target as HTMLInputElement).checked)}
            />
            <span>${run.name}</span>
            <span class="hint">seed ${run.seed}${scored(run)}</span>
          </label>
        </li>`,
      )}
    </ul>
    ${
      chosen.length >= 2
        ? html`<vscode-button
            appearance="secondary"
            ?disabled=${app.isBusy("openReport")}
            @click=${() => app.attempt("openReport", { runIds: chosen })}
            >Open report</vscode-button
          >`
        : nothing
    }
  </fieldset>`;
}

function scored(run: RunRecord): string {
  const score = scoreOf(run);
  return score ? `, R_cum ${formatNumber(score.rCum)} ${plannedBy(run)}` : "";
}

function result(app: ComparePort, chosen: readonly RunId[]): TemplateResult {
  const { comparison } = app.state;
  if (chosen.length < 2) return html`<p class="hint">Choose two runs or more.</p>`;
  if (comparison.status === "failed") return html`<p class="error-text" role="alert">${comparison.message}</p>`;
  const value = comparison.status === "idle" ? undefined : comparison.value;
  if (!value) return html`<p class="hint" role="status">Comparing…</p>`;
  return html`<div class="comparison ${comparison.status === "loading" ? "stale" : ""}">
    <p class="conclusion">${value.conclusion}</p>
    ${value.notes.map((note) => html`<p class="hint">${note}</p>`)}
    <section aria-label="Metrics">
      <h3>Metrics</h3>
      <p class="hint">${severalSeeds(value) ? "Dot: interquartile mean over seeds. Line: 95 % interval over seeds." : "One seed a row: no interval."}</p>
      ${dotWhisker(value.rows)}
    </section>
    ${probability(value)} ${settings(value)} ${liveChanges(value)} ${promptDifferences(app, value)}
  </div>`;
}

const severalSeeds = ({ rows }: Comparison): boolean => rows.some(({ seeds }) => seeds.length > 1);

/** Of seeds: with one seed in every row there is none. */
function probability(value: Comparison): TemplateResult | typeof nothing {
  if (!value.improvement.some((row, i) => row.some((p, j) => i !== j && p !== null))) return nothing;
  return html`<section aria-label="Probability of improvement">
    <h3>Probability of improvement</h3>
    <p class="hint">How likely a seed of the row's run has a higher R_cum than one of the column's.</p>
    ${improvementMatrix(value)}
  </section>`;
}

function liveChanges({ changes, rows }: Comparison): TemplateResult | typeof nothing {
  if (changes.length === 0) return nothing;
  return html`<section aria-label="Changed while running">
    <h3>Changed while running</h3>
    <ul class="live-changes">
      ${changes.map(
        ({ row, iteration, what, from, to }) => html`<li>
          ${rows[row]?.label}, iteration ${iteration}: <code>${what}</code>${
            from === undefined && to === undefined ? nothing : html` ${formatValue(from)} → ${formatValue(to)}`
          }
        </li>`,
      )}
    </ul>
  </section>`;
}

function settings({ settings: changed, rows }: Comparison): TemplateResult {
  if (changed.length === 0) {
    return html`<section><h3>Settings</h3><p class="hint">No setting differs.</p></section>`;
  }
  return html`<section aria-label="Changed settings">
    <h3>Settings that differ</h3>
    <div class="table-scroll" tabindex="0" role="region" aria-label="Settings that differ">
      <table>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            ${rows.map(({ label }) => html`<th scope="col">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${changed.map(
            ({ path, values }) => html`<tr>
              <th scope="row"><code>${path}</code></th>
              ${values.map((value) => html`<td>${formatValue(value)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function promptDifferences(app: ComparePort, { prompts, rows }: Comparison): TemplateResult {
  const sections = prompts.flatMap(({ role, texts }) => {
    const [first = "", ...others] = texts;
    const left = rows[0]?.runIds[0];
    return others.flatMap((text, i) => {
      const right = rows[i + 1]?.runIds[0];
      return text === first
        ? []
        : html`<details open>
            <summary>
              ${role === "planner" ? "Planner" : "Critic"} prompt
              <span class="hint">${rows[0]?.label ?? "first"} → ${rows[i + 1]?.label ?? "other"}</span>
            </summary>
            ${diffList(first, text, `${role} prompt, ${rows[0]?.label ?? ""} against ${rows[i + 1]?.label ?? ""}`)}
          ${
            left !== undefined && right !== undefined
              ? html`<div class="banner-actions">
                    <vscode-button appearance="secondary" @click=${() => app.attempt("diffRuns", { role, left, right })}
                      >Open diff</vscode-button
                    >
                  </div>`
              : nothing
          }
          </details>`;
    });
  });
  return html`<section aria-label="Prompts">
    <h3>Prompts</h3>
    ${sections.length === 0 ? html`<p class="hint">The prompts are the same.</p>` : sections}
  </section>`;
}
