/** Feeds the page with many points and watches its frames; for the benchmark and the test that nothing is lost. */
import type { MetricName } from "../../../src/protocol/metrics.ts";
import type { MetricRow } from "../../../src/protocol/run.ts";

export interface Frames {
  readonly frames: number;
  readonly seconds: number;
  /** Times a canvas was drawn anew, all charts together. */
  readonly redraws: number;
  /** 95th percentile of the time between frames, milliseconds. */
  readonly p95: number;
}

let iteration = 1000;

/** Noise around a slow wave, with a spike now and then. */
function rowsOf(metrics: readonly MetricName[], count: number): MetricRow[] {
  return Array.from({ length: count }, () => {
    iteration++;
    const values: Partial<Record<MetricName, number>> = {};
    metrics.forEach((metric, i) => {
      const spike = iteration % 9973 === i ? 3 : 0;
      values[metric] =
        Math.sin(iteration / (900 + 100 * i)) + (Math.imul(iteration, 2654435761 + i) >>> 8) / 2 ** 24 + spike;
    });
    return { iteration, userSteps: iteration * 240, values };
  });
}

const send = (runId: string, metrics: readonly MetricName[], count: number): void =>
  window.fakeHost.appendUnkept(runId, rowsOf(metrics, count));

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The page has drawn its run and asks for no more of it: rows that only events carry are lost on one that does. */
export async function loaded(): Promise<void> {
  const cards = document.getElementsByClassName("chart-card");
  const isDrawn = (card: Element): boolean => (card as HTMLElement).dataset.points !== undefined;
  while (cards.length === 0 || ![...cards].every(isDrawn) || window.fakeHost.unanswered > 0) await pause(20);
}

/** `rows` rows as fast as the page takes them. */
export async function fill(runId: string, metrics: readonly MetricName[], rows: number): Promise<void> {
  await loaded();
  const chunk = 5000;
  for (let sent = 0; sent < rows; sent += chunk) {
    send(runId, metrics, Math.min(chunk, rows - sent));
    await pause(0);
  }
}

/** `rows` rows every 100 ms for `seconds`; a late timer catches up, so that the rate holds. Rows sent. */
export async function stream(
  runId: string,
  metrics: readonly MetricName[],
  rows: number,
  seconds: number,
): Promise<number> {
  const start = performance.now();
  const ticks = Math.round(seconds * 10);
  for (let tick = 0; tick < ticks; tick++) {
    send(runId, metrics, rows);
    const late = performance.now() - start - (tick + 1) * 100;
    if (late < 0) await pause(-late);
    else await pause(0);
  }
  return ticks * rows;
}

/** Counts the clearing of canvases, with which every drawing of a chart begins, until asked for the number. */
function countRedraws(): () => number {
  const prototype = CanvasRenderingContext2D.prototype;
  const original = prototype.clearRect;
  let count = 0;
  prototype.clearRect = function clearRect(...area) {
    count++;
    original.apply(this, area);
  };
  return () => {
    prototype.clearRect = original;
    return count;
  };
}

/** Over the first chart, whose range all others have. */
function wheel(init: WheelEventInit): void {
  const event = new WheelEvent("wheel", { bubbles: true, cancelable: true, ...init });
  document.querySelector(".chart-card .plot")?.dispatchEvent(event);
}

const PAN_PX = 2;
/** Frames to one side, then as many back. */
const PAN_FRAMES = 20;

/** A person pans while rows come: a gesture and a new row in every frame, so that every frame draws every chart. */
export function animate(runIds: readonly string[], metrics: readonly MetricName[], seconds: number): Promise<Frames> {
  // What is in sight as a whole cannot be moved: about a tenth is taken away.
  wheel({ ctrlKey: true, deltaY: -70 });
  return new Promise((resolve) => {
    const times: number[] = [];
    const counted = countRedraws();
    const frame = (now: number): void => {
      times.push(now);
      const [first = now] = times;
      if (now - first >= seconds * 1000) {
        const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
        gaps.sort((a, b) => a - b);
        resolve({
          frames: gaps.length,
          seconds: (now - first) / 1000,
          redraws: counted(),
          p95: gaps[Math.floor(gaps.length * 0.95)] ?? 0,
        });
        return;
      }
      for (const runId of runIds) send(runId, metrics, 1);
      wheel({ deltaX: Math.floor(times.length / PAN_FRAMES) % 2 === 0 ? -PAN_PX : PAN_PX });
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}
