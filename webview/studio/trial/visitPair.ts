/** A visit as the baseline and as a contender served it, side by side, step by step. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { EpisodeDetail } from "../../../src/protocol/engine/sessions.ts";
import type { VisitPair } from "../../../src/protocol/engine.ts";
import type { TrialState } from "../../../src/protocol/studio.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { signed } from "../../../src/protocol/trial/words.ts";
import { focusDrawn } from "./focusDrawn.ts";
import type { TrialPort } from "./trialPort.ts";
import { visitSide } from "./visitSide.ts";
import { visitSteps } from "./visitSteps.ts";

export function visitPair(
  app: TrialPort,
  trial: TrialSummary,
  { session, contender }: NonNullable<TrialState["visit"]>,
): TemplateResult {
  const known = trial.result?.pairs
    .find((pair) => pair.contender === contender)
    ?.worst.find((worst) => worst.session === session);
  const { visit } = app.state;
  const loaded = visit.status === "ready" || visit.status === "loading" ? visit.value : undefined;
  const user = known?.user ?? loaded?.baseline.episode.user;
  return html`<article class="visit-pair" aria-label="A visit, served by both">
    <header class="visit-head">
      <button type="button" class="link-button" @click=${() => back(app, contender, session)}>‹ Back to the trial</button>
      <h3 tabindex="-1" class="visit-title">
        ${user === undefined ? `Visit ${session + 1}` : `User ${user}`}${known ? html`: ${signed(known.difference)} expected reward` : nothing}
      </h3>
    </header>
    ${visit.status === "failed" ? html`<p class="error-text" role="alert">${visit.message}</p>` : nothing}
    ${
      loaded
        ? sides(app, trial, contender, loaded)
        : visit.status === "failed"
          ? nothing
          : html`<p class="hint" role="status">Opening both visits…</p>`
    }
  </article>`;
}

/** The focus goes where it came from. */
function back(app: TrialPort, contender: number, session: number): void {
  app.trials.closeVisit();
  focusDrawn(`#visit-${contender}-${session}`);
}

function sides(app: TrialPort, trial: TrialSummary, contender: number, pair: VisitPair): TemplateResult {
  const { baseline, contender: other, differs } = pair;
  const count = Math.max(baseline.episode.steps.length, other.episode.steps.length);
  const step = Math.max(0, Math.min(app.state.page.trial.step, count - 1));
  const planOf = ({ episode }: EpisodeDetail) => new Set(episode.steps[step]?.plan.categories);
  return html`<p class="hint">
      ${differs === undefined ? "No plan of this visit differs." : `The plans first differ at step ${differs + 1}.`}
    </p>
    ${visitSteps(pair, step, (next) => app.trials.showStep(next))}
    <div class="two-plans">
      ${visitSide({ name: trial.contenders[0]?.name ?? "", detail: baseline, step, otherPlan: planOf(other) })}
      ${visitSide({ name: trial.contenders[contender]?.name ?? "", detail: other, step, otherPlan: planOf(baseline) })}
    </div>`;
}
