/** What was measured, a row a number and a column a contender. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { ContenderResult, TrialResult } from "../../../src/protocol/trial/result.ts";
import { intervalText, moneyText, signed } from "../../../src/protocol/trial/words.ts";
import { formatCount, formatLatency, formatPercent } from "../../shared/format.ts";
import { figures } from "./trialText.ts";

interface Row {
  readonly label: string;
  readonly about: string;
  readonly of: (contender: ContenderResult) => string | undefined;
}

const known = (value: number | undefined, text: (value: number) => string): string | undefined =>
  value === undefined ? undefined : text(value);

/** Of the visits that count. */
const measured: readonly Row[] = [
  { label: "Expected reward", about: "a visit; what is compared", of: ({ expected }) => figures(expected) },
  { label: "R_cum", about: "a visit, by clicks", of: ({ rCum }) => figures(rCum) },
  { label: "T_int", about: "steps a visit", of: ({ tInt }) => figures(tInt) },
  { label: "Repeats", about: "of slates", of: ({ repeats }) => formatPercent(repeats) },
];

/** Of the whole trial. */
const paid: readonly Row[] = [
  { label: "Calls", about: "paid for", of: ({ calls }) => formatCount(calls) },
  { label: "Tokens", about: "in and out", of: ({ tokens }) => formatCount(tokens) },
  { label: "From cache", about: "of them, by the server", of: ({ cachedTokens }) => known(cachedTokens, formatCount) },
  { label: "Cost", about: "", of: ({ calls, cost }) => (calls === 0 ? "–" : moneyText(cost)) },
  { label: "Latency", about: "median", of: ({ latencyMs }) => known(latencyMs, formatLatency) },
];

export function numbersTable(result: TrialResult): TemplateResult {
  const { contenders, n } = result;
  const all = n > 0 ? [...measured, ...paid] : paid;
  // What no server says is no row of dashes.
  const rows = all.filter(({ of }) => contenders.some((contender) => of(contender) !== undefined));
  return html`<section class="trial-section" aria-label="Numbers">
    <h3>Numbers</h3>
    <div class="table-scroll" tabindex="0" role="region" aria-label="Numbers of the contenders">
      <table class="trial-numbers">
        <thead>
          <tr>
            <td></td>
            ${contenders.map(({ name }) => html`<th scope="col" class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ label, about, of }) => html`<tr>
              <th scope="row">${label} <span class="hint">${about}</span></th>
              ${contenders.map((contender) => html`<td class="number">${of(contender) ?? "–"}</td>`)}
            </tr>`,
          )}
          ${n > 0 ? byClicks(result) : nothing}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** For a fixed number of visits, at the end only: it stands here and decides nothing. */
function byClicks({ contenders, pairs }: TrialResult): TemplateResult {
  return html`<tr>
    <th scope="row">R_cum, difference <span class="hint">by clicks; bootstrap interval at the end, decides nothing</span></th>
    ${contenders.map((_, i) => {
      const clicks = pairs.find(({ contender }) => contender === i)?.clicks;
      if (!clicks) return html`<td class="number">–</td>`;
      return html`<td class="number">
        ${signed(clicks.mean)} ${clicks.interval ? intervalText(clicks.interval) : nothing}
      </td>`;
    })}
  </tr>`;
}
