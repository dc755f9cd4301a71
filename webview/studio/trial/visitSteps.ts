/** The steps of a pair of visits: which is shown, and at which the plans differ. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { VisitPair } from "../../../src/protocol/engine.ts";

export function visitSteps(pair: VisitPair, chosen: number, show: (step: number) => void): TemplateResult {
  const [first, second] = [pair.baseline.episode.steps, pair.contender.episode.steps];
  const steps = Array.from({ length: Math.max(first.length, second.length) }, (_, i) => {
    const [a, b] = [first[i], second[i]];
    if (!a || !b) return "one visit has ended";
    return a.plan.categories.join() === b.plan.categories.join() ? "same plan" : "plans differ";
  });
  const move = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = chosen + by;
    if (by === 0 || next < 0 || next >= steps.length) return;
    event.preventDefault();
    show(next);
    (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(".strip-step")[next]?.focus();
  };
  return html`<div class="visit-steps">
    ${turn("‹", "Step before", chosen > 0, () => show(chosen - 1))}
    <div class="strip" role="group" aria-label="Steps; arrow keys move" @keydown=${move}>
      ${steps.map(
        (what, i) => html`<button
          type="button"
          class="strip-step"
          aria-pressed=${i === chosen}
          title="Step ${i + 1}: ${what}"
          tabindex=${i === chosen ? 0 : -1}
          @click=${() => show(i)}
        >
          <span class="strip-number"><span class="visually-hidden">Step </span>${i + 1}</span>
          <span class="strip-differs" aria-hidden="true">${marks[what]}</span>
          <span class="visually-hidden">: ${what}</span>
        </button>`,
      )}
    </div>
    ${turn("›", "Step after", chosen < steps.length - 1, () => show(chosen + 1))}
  </div>
  <p class="hint">≠ plans differ, – one visit has ended</p>`;
}

const marks: Readonly<Record<string, string | typeof nothing>> = {
  "one visit has ended": "–",
  "plans differ": "≠",
  "same plan": nothing,
};

const turn = (mark: string, label: string, enabled: boolean, go: () => void): TemplateResult =>
  html`<button type="button" class="mini-button" aria-label=${label} ?disabled=${!enabled} @click=${go}>${mark}</button>`;
