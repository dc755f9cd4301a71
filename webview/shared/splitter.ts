/** A vertical separator between two columns: dragged, or moved with the arrow keys. */
import { html, type TemplateResult } from "lit-html";

const SMALLEST_SHARE = 0.25;
const LARGEST_SHARE = 0.7;
const KEY_STEP_SHARE = 0.02;

/** @param share width of the left column, share of the whole */
export function splitter(share: number, change: (share: number) => void): TemplateResult {
  const set = (value: number): void => change(Math.min(LARGEST_SHARE, Math.max(SMALLEST_SHARE, value)));
  const drag = (event: PointerEvent): void => {
    const bar = event.currentTarget as HTMLElement;
    const columns = bar.parentElement;
    if (!columns) return;
    bar.setPointerCapture(event.pointerId);
    const { left, width } = columns.getBoundingClientRect();
    const move = (moved: PointerEvent): void => set((moved.clientX - left) / width);
    const end = (): void => {
      bar.removeEventListener("pointermove", move);
      bar.removeEventListener("lostpointercapture", end);
    };
    bar.addEventListener("pointermove", move);
    bar.addEventListener("lostpointercapture", end);
  };
  const key = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowLeft" ? -KEY_STEP_SHARE : event.key === "ArrowRight" ? KEY_STEP_SHARE : 0;
    if (by === 0) return;
    event.preventDefault();
    set(share + by);
  };
  return html`<div
    class="splitter"
    role="separator"
    tabindex="0"
    aria-orientation="vertical"
    aria-label="Width of the prompts and thresholds"
    aria-valuemin=${SMALLEST_SHARE * 100}
    aria-valuemax=${LARGEST_SHARE * 100}
    aria-valuenow=${Math.round(share * 100)}
    @pointerdown=${drag}
    @keydown=${key}
    @dblclick=${() => set(0.4)}
  ></div>`;
}
