/** Moves the focus to what the next drawing of the page brings, which takes a frame. */
export function focusDrawn(selector: string): void {
  requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus()));
}
