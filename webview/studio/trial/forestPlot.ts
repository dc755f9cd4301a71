/** Differences to the baseline with their intervals around 0, a row a contender. */
import { html, nothing, svg, type TemplateResult } from "lit-html";
import type { PairResult, TrialResult } from "../../../src/protocol/trial/result.ts";
import { intervalText, signed, verdictText } from "../../../src/protocol/trial/words.ts";
import { type Scale, scaleAround } from "./scale.ts";

const HEIGHT = 24;
const MIDDLE = HEIGHT / 2;

export function forestPlot({ contenders, pairs }: TrialResult): TemplateResult {
  const scale = scaleAround(
    pairs.flatMap(({ mean, interval, margin }) => [
      mean,
      ...(interval ? [interval.low, interval.high] : []),
      margin,
      -margin,
    ]),
  );
  const [baseline] = contenders;
  return html`<section class="trial-section wide" aria-label="Differences">
    <h3>Differences</h3>
    <p class="hint">Expected reward a visit, against “${baseline?.name}”. Dot: mean. Line: interval, valid however often it is looked at. Shaded: equal enough.</p>
    <table class="forest">
      <caption class="visually-hidden">Difference of each contender to ${baseline?.name}, expected reward a visit</caption>
      <colgroup>
        <col class="forest-name" /><col class="forest-value" /><col />
      </colgroup>
      <thead class="visually-hidden">
        <tr><th scope="col">Contender</th><th scope="col">Difference and verdict</th><th scope="col">Drawn</th></tr>
      </thead>
      <tbody>
        ${contenders.map(({ name }, i) =>
          row(
            name,
            pairs.find(({ contender }) => contender === i),
            scale,
          ),
        )}
      </tbody>
      <tfoot aria-hidden="true">
        <tr><td></td><td></td><td>${axis(scale)}</td></tr>
      </tfoot>
    </table>
  </section>`;
}

function row(name: string, pair: PairResult | undefined, scale: Scale): TemplateResult {
  return html`<tr>
    <th scope="row">${name}</th>
    <td>
      ${
        pair
          ? html`<strong>${signed(pair.mean)}</strong> ${pair.interval ? html`<span class="interval">${intervalText(pair.interval)}</span>` : nothing}
              <span class="hint">${pair.interval ? verdictText(pair.verdict) : "too few visits"}</span>`
          : html`<span class="hint">baseline</span>`
      }
    </td>
    <td>${pair ? whisker(pair, scale) : zero(scale)}</td>
  </tr>`;
}

const percent = (value: number): string => `${value.toFixed(2)}%`;

const zeroLine = ({ x }: Scale) =>
  svg`<line class="forest-zero" x1=${percent(x(0))} x2=${percent(x(0))} y1="0" y2=${HEIGHT} />`;

function zero(scale: Scale): TemplateResult {
  return html`<svg class="forest-row" height=${HEIGHT} aria-hidden="true">
    ${zeroLine(scale)}
    ${svg`<circle class="forest-baseline" cx=${percent(scale.x(0))} cy=${MIDDLE} r="4.5" />`}
  </svg>`;
}

function whisker({ mean, interval, margin, verdict }: PairResult, scale: Scale): TemplateResult {
  const { x } = scale;
  const end = (value: number) =>
    svg`<line x1=${percent(x(value))} x2=${percent(x(value))} y1=${MIDDLE - 5} y2=${MIDDLE + 5} />`;
  return html`<svg class="forest-row ${interval ? verdict : "undecided"}" height=${HEIGHT} aria-hidden="true">
    ${svg`<rect class="forest-margin" x=${percent(x(-margin))} width=${percent(x(margin) - x(-margin))} y="0" height=${HEIGHT} />`}
    ${zeroLine(scale)}
    ${
      interval
        ? svg`<line x1=${percent(x(interval.low))} x2=${percent(x(interval.high))} y1=${MIDDLE} y2=${MIDDLE} />
          ${end(interval.low)} ${end(interval.high)}`
        : nothing
    }
    ${svg`<circle cx=${percent(x(mean))} cy=${MIDDLE} r="4.5" />`}
  </svg>`;
}

function axis(scale: Scale): TemplateResult {
  return html`<svg class="forest-row forest-axis" height="30">
    ${scale.ticks.map(
      (tick) => svg`<line class="forest-tick" x1=${percent(scale.x(tick))} x2=${percent(scale.x(tick))} y1="0" y2="4" />
        <text x=${percent(scale.x(tick))} y="15" text-anchor="middle">${tickText(tick)}</text>`,
    )}
    ${svg`<text x=${percent(scale.x(0))} dx="-8" y="28" text-anchor="end">worse</text>
      <text x=${percent(scale.x(0))} dx="8" y="28">better</text>`}
  </svg>`;
}

const tickText = (value: number): string =>
  Math.abs(value) < 1e-9 ? "0" : `${value < 0 ? "−" : "+"}${Number(Math.abs(value).toPrecision(2))}`;
