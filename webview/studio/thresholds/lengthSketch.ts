/** A small drawing of E[T_int] over the repeat probability q, with markers for a random planner and the current run. */
import { html, nothing, svg, type TemplateResult } from "lit-html";
import type { QuitRule } from "../../../src/protocol/experiment/simulator.ts";
import { formatNumber } from "../../shared/format.ts";
import { expectedLength, LONGEST_SESSION_STEPS } from "./expectedLength.ts";

export interface SketchMarker {
  readonly label: string;
  readonly q: number;
  readonly kind: "random" | "observed";
}

const WIDTH = 360;
const HEIGHT = 150;
const frame = { left: 34, right: 12, top: 12, bottom: 26 };
const STEPS = 40;

export function lengthSketch(
  rule: QuitRule,
  inFile: QuitRule | undefined,
  markers: readonly SketchMarker[],
): TemplateResult {
  const curve = lengths(rule);
  if (!curve) {
    return html`<p class="hint">
      Sessions could last more than ${LONGEST_SESSION_STEPS} steps under these settings; no sketch is drawn.
    </p>`;
  }
  const before = inFile && lengths(inFile);
  const top = niceTop(Math.max(...curve, ...(before ?? [])));
  const x = (q: number): number => frame.left + q * (WIDTH - frame.left - frame.right);
  const y = (length: number): number => HEIGHT - frame.bottom - (length / top) * (HEIGHT - frame.top - frame.bottom);
  const path = (values: readonly number[]): string =>
    values.map((value, i) => `${i === 0 ? "M" : "L"}${x(i / STEPS).toFixed(1)},${y(value).toFixed(1)}`).join("");
  const at = (q: number): number => expectedLength(rule, q) ?? 0;
  const summary = `Expected T_int falls from ${formatNumber(at(0), 3)} steps without repeats to ${formatNumber(at(1), 3)} when every step repeats.`;
  return html`<figure class="sketch">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${summary}>
      ${[0, top / 2, top].map(
        (tick) => svg`<line class="grid" x1=${frame.left} x2=${WIDTH - frame.right} y1=${y(tick)} y2=${y(tick)} />
          <text class="tick" x=${frame.left - 6} y=${y(tick) + 3.5} text-anchor="end">${formatNumber(tick, 3)}</text>`,
      )}
      ${[0, 0.25, 0.5, 0.75, 1].map(
        (tick) => svg`<text class="tick" x=${x(tick)} y=${HEIGHT - 10} text-anchor="middle">${tick}</text>`,
      )}
      ${before ? svg`<path class="curve before" d=${path(before)} />` : nothing}
      <path class="curve" d=${path(curve)} />
      ${markers.map(
        ({
          q,
          kind,
        }) => svg`<line class="marker ${kind}" x1=${x(q)} x2=${x(q)} y1=${frame.top} y2=${HEIGHT - frame.bottom} />
          <circle class="marker ${kind}" cx=${x(q)} cy=${y(at(q))} r="4" />`,
      )}
    </svg>
    <figcaption>
      <p>Expected T_int in steps over q, the share of steps that repeat.</p>
      <ul class="sketch-markers">
        <li>No repeats <strong>${formatNumber(at(0), 3)}</strong></li>
        ${markers.map(
          ({ label, q, kind }) => html`<li>
            <span class="swatch ${kind}" aria-hidden="true"></span>${label}: q ${formatNumber(q, 2)},
            <strong>${formatNumber(at(q), 3)}</strong>
          </li>`,
        )}
        ${before ? html`<li><span class="swatch before" aria-hidden="true"></span>As in the file</li>` : nothing}
      </ul>
    </figcaption>
  </figure>`;
}

function lengths(rule: QuitRule): readonly number[] | undefined {
  const values: number[] = [];
  for (let i = 0; i <= STEPS; i++) {
    const length = expectedLength(rule, i / STEPS);
    if (length === undefined) return undefined;
    values.push(length);
  }
  return values;
}

/** 1, 2, 3, 4, 5, 6, 8 or 10 times a power of ten at or above `value`. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= value) ?? 10;
  return step * power;
}
