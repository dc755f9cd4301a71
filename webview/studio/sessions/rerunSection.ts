/** *Re-run this step with the edited prompt*: the recorded plan and the new one side by side. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { RerunResult } from "../../../src/protocol/engine.ts";
import type { EpisodeStep } from "../../../src/protocol/run.ts";
import { formatLatency } from "../../shared/format.ts";
import { runObstacle, snapshotOf } from "../state.ts";
import { type CategoryNames, categoryList } from "../steps/categoryList.ts";
import type { SessionsPort } from "./sessionsPort.ts";

export function rerunSection(app: SessionsPort, step: EpisodeStep, names: CategoryNames): TemplateResult {
  const { rerun } = app.state;
  const snapshot = snapshotOf(app.state);
  const obstacle = snapshot && runObstacle(snapshot);
  const result = rerun.status === "ready" ? rerun.value : undefined;
  return html`<div class="rerun">
    <div class="rerun-bar">
      <vscode-button
        appearance="secondary"
        ?disabled=${rerun.status === "loading" || obstacle !== undefined}
        title=${obstacle ?? "Asks the planner again for this step, with the planner prompt as it stands in the editor"}
        @click=${() => app.sessions.rerun()}
        >Re-run this step with the edited prompt</vscode-button
      >
      ${
        result?.after.cached
          ? html`<vscode-button
                appearance="secondary"
                title="Asks the model itself; the answer shown is one it gave earlier"
                @click=${() => app.sessions.rerun(true)}
                >Ask again</vscode-button
              >`
          : nothing
      }
      ${rerun.status === "loading" ? html`<span class="hint" role="status">Asking the planner…</span>` : nothing}
    </div>
    ${rerun.status === "failed" ? html`<p class="error-text" role="alert">${rerun.message}</p>` : nothing}
    ${result ? bothPlans(result, step, { ...names, ...result.categoryNames }) : nothing}
  </div>`;
}

function bothPlans(result: RerunResult, step: EpisodeStep, names: CategoryNames): TemplateResult {
  const { before, after } = result;
  const kept = after.categories.filter((id) => before.categories.includes(id)).length;
  const origin = [
    after.cached ? "cached" : formatLatency(after.latencyMs),
    ...(after.problem === undefined ? [] : ["by the stand-in"]),
  ];
  return html`${
    after.problem === undefined
      ? html`<p role="status">
            ${kept} of ${step.plan.categories.length} planned categories stay; ${after.categories.length - kept} are new.
          </p>`
      : html`<p class="error-text" role="alert">The model's reply is no plan: ${after.problem.replace(/\.$/, "")}. The stand-in planned.</p>`
  }
    <div class="two-plans">
      <section>
        <h5>Recorded plan</h5>
        ${categoryList(before.categories, names, new Set(after.categories))}
        <pre class="message" tabindex="0">${before.reply || "(no reply was recorded)"}</pre>
      </section>
      <section>
        <h5>With the edited prompt <span class="hint">${origin.join(", ")}</span></h5>
        ${categoryList(after.categories, names, new Set(before.categories))}
        ${after.about === undefined ? nothing : html`<p class="hint">${after.about}</p>`}
        <pre class="message" tabindex="0">${after.reply}</pre>
      </section>
    </div>
    <details class="call">
      <summary>The prompt as sent</summary>
      ${after.messages.map(({ role, content }) => html`<h5 class="message-role">${role}</h5><pre class="message" tabindex="0">${content}</pre>`)}
    </details>`;
}
