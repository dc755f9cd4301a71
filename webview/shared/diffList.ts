/** A line difference as a list: removed and added lines with a sign, unchanged ones folded but for some context. */
import { html, type TemplateResult } from "lit-html";
import { type DiffLine, diffLines, withContext } from "../../src/protocol/lineDiff.ts";

const signs: Record<DiffLine["kind"], string> = { same: " ", removed: "−", added: "+" };
const names: Record<DiffLine["kind"], string> = { same: "", removed: "removed: ", added: "added: " };
/** A page shows no more of a difference than this; the editor's own diff shows all. */
const MOST_LINES = 400;

export function diffList(before: string, after: string, label: string): TemplateResult {
  const lines = diffLines(before, after);
  if (lines.every(({ kind }) => kind === "same")) return html`<p class="hint">No line differs.</p>`;
  const rows = withContext(lines)
    .slice(0, MOST_LINES)
    .map((line) => (line ? row(line) : html`<div class="diff-gap" aria-hidden="true">⋯</div>`));
  return html`<div class="diff" role="group" aria-label=${label} tabindex="0">${rows}</div>`;
}

const row = ({ kind, text }: DiffLine): TemplateResult =>
  html`<div class="diff-line ${kind}"><span class="diff-sign" aria-hidden="true">${signs[kind]}</span><span class="visually-hidden">${names[kind]}</span><span class="diff-text">${text}</span></div>`;
