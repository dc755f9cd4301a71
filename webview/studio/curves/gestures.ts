/** Pointer, wheel and keyboard on a plot: crosshair, zoom, pan, reset. */
import type { LinePlot } from "./chart.ts";

export interface PlotActions {
  /** Value of the axis under the pointer, or nothing when it left. */
  readonly point: (x: number | undefined) => void;
  readonly zoom: (centre: number, factor: number) => void;
  readonly pan: (share: number) => void;
  readonly select: (from: number, to: number) => void;
  readonly reset: () => void;
  /** Moves the crosshair by points, or to the next event in that direction. */
  readonly step: (direction: 1 | -1, to: "point" | "event") => void;
  readonly zoomKey: (factor: number) => void;
}

const WHEEL_ZOOM = 1.0015;
const KEY_ZOOM = 0.8;
const KEY_PAN = 0.15;
/** A shorter drag is a click. */
const SHORTEST_DRAG_PX = 4;

export function attachGestures(surface: HTMLElement, box: HTMLElement, plot: LinePlot, actions: PlotActions): void {
  const pixelOf = (event: MouseEvent): number => {
    const { left } = surface.getBoundingClientRect();
    return Math.min(Math.max(event.clientX - left, plot.area.left), plot.area.right);
  };
  const widthOf = (): number => Math.max(1, plot.area.right - plot.area.left);

  surface.addEventListener("pointermove", (event) => actions.point(plot.valueAt(pixelOf(event))));
  surface.addEventListener("pointerleave", () => actions.point(undefined));
  surface.addEventListener("dblclick", () => actions.reset());

  surface.addEventListener(
    "wheel",
    (event) => {
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!event.ctrlKey && !event.metaKey && !sideways) return;
      event.preventDefault();
      if (sideways) actions.pan((event.deltaX || event.deltaY) / widthOf());
      else actions.zoom(plot.valueAt(pixelOf(event)), WHEEL_ZOOM ** event.deltaY);
    },
    { passive: false },
  );

  surface.addEventListener("pointerdown", (down) => {
    if (down.button !== 0 || down.pointerType === "touch") return;
    const start = pixelOf(down);
    let last = start;
    surface.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent): void => {
      const at = pixelOf(event);
      if (down.shiftKey) {
        actions.pan((last - at) / widthOf());
        last = at;
      } else showBox(box, plot, start, at);
    };
    const end = (event: PointerEvent): void => {
      surface.removeEventListener("pointermove", move);
      surface.removeEventListener("pointerup", end);
      surface.removeEventListener("pointercancel", end);
      box.hidden = true;
      const at = pixelOf(event);
      if (event.type === "pointerup" && !down.shiftKey && Math.abs(at - start) >= SHORTEST_DRAG_PX) {
        actions.select(plot.valueAt(Math.min(start, at)), plot.valueAt(Math.max(start, at)));
      }
    };
    surface.addEventListener("pointermove", move);
    surface.addEventListener("pointerup", end);
    surface.addEventListener("pointercancel", end);
  });

  surface.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!pressed(event, actions)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function showBox(box: HTMLElement, plot: LinePlot, from: number, to: number): void {
  const { top, bottom } = plot.area;
  box.hidden = Math.abs(to - from) < SHORTEST_DRAG_PX;
  box.style.left = `${Math.min(from, to)}px`;
  box.style.width = `${Math.abs(to - from)}px`;
  box.style.top = `${top}px`;
  box.style.height = `${bottom - top}px`;
}

function pressed(event: KeyboardEvent, actions: PlotActions): boolean {
  switch (event.key) {
    case "+":
    case "=":
      actions.zoomKey(KEY_ZOOM);
      return true;
    case "-":
    case "_":
      actions.zoomKey(1 / KEY_ZOOM);
      return true;
    case "0":
      actions.reset();
      return true;
    case "ArrowLeft":
    case "ArrowRight": {
      const direction = event.key === "ArrowLeft" ? -1 : 1;
      if (event.shiftKey) actions.pan(direction * KEY_PAN);
      else actions.step(direction, "point");
      return true;
    }
    case "[":
      actions.step(-1, "event");
      return true;
    case "]":
      actions.step(1, "event");
      return true;
    case "Escape":
      actions.point(undefined);
      return true;
    default:
      return false;
  }
}
