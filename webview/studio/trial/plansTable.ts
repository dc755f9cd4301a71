/** Plans judged as plans, a row a contender. */
import { html, nothing, type TemplateResult } from "lit-html";
import { planMeasures } from "../../../src/protocol/run/planQuality.ts";
import { planColumns } from "../../../src/protocol/run/planWords.ts";
import { planQualityOf } from "../../../src/protocol/trial/planQualityOf.ts";
import type { ContenderResult, TrialResult } from "../../../src/protocol/trial/result.ts";
import { ignoredVisitSentence } from "../../../src/protocol/trial/words.ts";
import { formatPercent } from "../../shared/format.ts";
import { figures } from "./trialText.ts";

interface Column {
  readonly label: string;
  readonly about: string;
  readonly of: (contender: ContenderResult) => string | undefined;
}

const known = (value: number | undefined, text: (value: number) => string): string | undefined =>
  value === undefined ? undefined : text(value);

const columns: readonly Column[] = [
  ...planMeasures.map((measure) => {
    const { label, about, text } = planColumns[measure];
    return { label, about, of: (contender: ContenderResult) => known(planQualityOf(contender)[measure], text) };
  }),
  {
    label: "as the one before",
    about: "Overlap (Jaccard) with the visit's plan before.",
    of: ({ planOverlap }) => known(planOverlap, formatPercent),
  },
  {
    label: "plan value",
    about: "Expected reward a planned step of the best slate inside the plan, less what its repeats cost.",
    of: ({ planValue }) => known(planValue, figures),
  },
];

/** Nothing where nobody planned. */
export function plansTable({ contenders }: TrialResult): TemplateResult | typeof nothing {
  const shown = columns.filter(({ of }) => contenders.some((contender) => of(contender) !== undefined));
  if (shown.length === 0) return nothing;
  return html`<section class="trial-section" aria-label="Plans">
    <h3>Plans</h3>
    ${contenders.map((contender) => {
      const ignored = ignoredVisitSentence(contender);
      return ignored === undefined ? nothing : html`<p class="trial-warning">${contender.name}: ${ignored}</p>`;
    })}
    <div class="table-scroll" tabindex="0" role="region" aria-label="Plans of the contenders">
      <table class="trial-plans">
        <thead>
          <tr>
            <td></td>
            ${shown.map(({ label, about }) => html`<th scope="col" class="number"><abbr title=${about}>${label}</abbr></th>`)}
          </tr>
        </thead>
        <tbody>
          ${contenders.map(
            (contender) => html`<tr>
              <th scope="row">${contender.name}</th>
              ${shown.map(({ of }) => html`<td class="number">${of(contender) ?? "–"}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
