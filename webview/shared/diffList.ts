/** A line difference as a list: removed and added lines with a sign, unchanged ones folded but for some context. */
import { html, type TemplateResult } from "lit-html";
import { type DiffLine, diffLines } from "./lineDiff.ts";

const CONTEXT_LINES = 2;
const signs: Record<DiffLine["kind"], string> = { same: " ", removed: "−", added: "+" };
const names: Record<DiffLine["kind"], string> = { same: "", removed: "removed: ", added: "added: " };
/** A page shows no more of a difference than this; the editor's own diff shows all. */
const MOST_LINES = 400;

export function diffList(before: string, after: string, label: string): TemplateResult {
  const lines = diffLines(before, after);
  const kept = lines.map((_, i) =>
    lines.slice(Math.max(0, i - CONTEXT_LINES), i + CONTEXT_LINES + 1).some(({ kind }) => kind !== "same"),
  );
  if (!kept.includes(true)) return html`<p class="hint">No line differs.</p>`;
  const rows: TemplateResult[] = [];
  for (let i = 0; i < lines.length && rows.length < MOST_LINES; i++) {
    const line = lines[i];
    if (kept[i] && line) {
      rows.push(
        html`<div class="diff-line ${line.kind}"><span class="diff-sign" aria-hidden="true">${signs[line.kind]}</span><span class="visually-hidden">${names[line.kind]}</span><span class="diff-text">${line.text}</span></div>`,
      );
    } else if (kept[i - 1]) rows.push(html`<div class="diff-gap" aria-hidden="true">⋯</div>`);
  }
  return html`<div class="diff" role="group" aria-label=${label} tabindex="0">${rows}</div>`;
}
