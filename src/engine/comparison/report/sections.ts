/** The sections of a report, in reading order; one that has nothing to show is left out. */

import { diffLines, withContext } from "../../../protocol/lineDiff.ts";
import { metricCatalogue } from "../../../protocol/metrics.ts";
import { meritOf, type ReferencePolicy } from "../../../protocol/run.ts";
import { type Estimate, formatInterval, formatNumber } from "../../metrics/statistics.ts";
import { settingsOf } from "../../suites/configuration.ts";
import { signed } from "../conclusion.ts";
import type { ComparedRow, RunComparison } from "../runComparison.ts";
import { cellsOf, coverageNote, digitsOf, metricLabel, tableLegend } from "../tables.ts";
import { curveChart, heatMap, rangeOf, whisker } from "./charts.ts";
import { html, type Markup } from "./markup.ts";
import { type GroupData, SMOOTHING, sharesOf } from "./reportData.ts";

type Section = Markup | undefined;

/** References that every row's interval is drawn beside. */
const MARKED: readonly ReferencePolicy[] = ["random", "not-personalised", "oracle"];

export function results(comparison: RunComparison): Section {
  const { rows, metrics, references, baseline, notes } = comparison;
  const values = rows.flatMap(({ metrics: { rCum } }) => (rCum ? [rCum.low, rCum.high] : []));
  const marks = references.flatMap(({ policy, metrics: { rCum } }) =>
    rCum !== undefined && MARKED.includes(policy) ? [rCum] : [],
  );
  const range = rangeOf([...values, ...marks]);
  const { head, foot } = cellsOf(comparison);
  const compared = rows.length > 1;
  return html`<h2>Results</h2><p class="hint">${tableLegend(comparison)} Dashed lines mark random, not personalised and the oracle.</p>
<div class="scroll"><table><thead><tr><th></th><th>${metricLabel("rCum")}, 95% interval</th>${head.slice(1).map((name) => html`<th>${name}</th>`)}</tr></thead><tbody>
${rows.map((row, i) => {
  const { rCum } = row.metrics;
  return html`<tr${i === baseline && compared ? html` class="baseline"` : ""}><th scope="row">${row.label}</th>
<td>${rCum && whisker(rCum, range, marks, i === baseline)}</td><td>${row.seeds.length}</td>
${metrics.map((metric) => html`<td>${estimateCell(row.metrics[metric], digitsOf(metric))}</td>`)}
${compared && againstCells(row)}</tr>`;
})}
${foot.map(([label = "", ...cells]) => html`<tr class="reference"><th scope="row">${label}</th><td></td>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}
</tbody></table></div>${notes.map((note) => html`<p class="hint">${note}</p>`)}`;
}

function estimateCell(estimate: Estimate | undefined, digits: number): Markup {
  if (!estimate) return html`–`;
  const { value, n } = estimate;
  return html`${formatNumber(value, digits)}${n > 1 && html`<small>${formatInterval(estimate, digits)}</small>`}`;
}

function againstCells({ against }: ComparedRow): Markup {
  if (!against) return html`<td></td><td></td>`;
  const { improvement, difference } = against;
  const called = difference?.covers === "sessions" ? undefined : difference;
  const shown = called && (called.low > 0 ? "better" : called.high < 0 ? "worse" : "");
  const note = difference ? coverageNote(difference) : "";
  return html`<td>${estimateCell(improvement, 2)}</td><td class="${shown ?? ""}">${estimateCell(difference, 3)}${note !== "" && html`<small>${note}</small>`}</td>`;
}

export function curves(data: readonly GroupData[], { rows, baseline }: RunComparison): Section {
  const learned = data.filter(({ curve }) => curve.length > 1);
  if (learned.length === 0) return undefined;
  const points = learned.flatMap(({ curve }) => curve);
  const steps = { low: 0, high: Math.max(...points.map(({ userSteps }) => userSteps)) };
  const values = rangeOf(points.flatMap(({ low, high }) => [low, high]));
  const base = data.find(({ group }) => group.label === rows[baseline]?.label);
  return html`<h2>Learning</h2><p class="hint">R_cum of the sessions that ended while training, against user steps: interquartile mean over seeds with its 95% interval at each point, averaged over ${SMOOTHING} iterations.${learned.length > 1 && base && html` The dashed line is ${base.group.label}.`}</p>
<div class="charts">${learned.map(({ group, curve }) => {
    const beside = base && base.group !== group ? base.curve : [];
    return curveChart({ label: group.label, curve, beside, steps, values });
  })}</div>`;
}

export function improvement({ rows, improvement: matrix }: RunComparison): Section {
  if (rows.length < 2 || rows.some(({ seeds }) => seeds.length < 2)) return undefined;
  return html`<h2>Probability of improvement</h2><p class="hint">How likely a seed of the row scores higher in R_cum than a seed of the column; 0.5 says neither is better.</p>
<div class="scroll"><table class="matrix"><thead><tr><th></th>${rows.map((_, i) => html`<th scope="col">${i + 1}</th>`)}</tr></thead><tbody>
${rows.map(
  ({ label }, i) =>
    html`<tr><th scope="row">${i + 1}&ensp;${label}</th>${(matrix[i] ?? []).map((p, j) =>
      i === j ? html`<td></td>` : improvementCell(p),
    )}</tr>`,
)}</tbody></table></div>`;
}

function improvementCell(p: number | null): Markup {
  if (p === null) return html`<td>–</td>`;
  const colour = p >= 0.5 ? "var(--better)" : "var(--worse)";
  const strength = Math.round(Math.abs(p - 0.5) * 90);
  return html`<td style="background: color-mix(in srgb, ${colour} ${strength}%, transparent)">${formatNumber(p, 2)}</td>`;
}

/** Categories with a line of their own. */
const SHOWN_CATEGORIES = 12;

export function categories(data: readonly GroupData[]): Section {
  const measured = data.filter(({ categories: shares }) => shares.length > 0);
  const evaluation = measured[0]?.group.runs[0]?.evaluation;
  if (!evaluation) return undefined;
  const names = evaluation.categoryNames;
  // Rows of another data set have other categories: only those of the first are drawn.
  const alike = measured.filter(
    ({ group }) => JSON.stringify(group.runs[0]?.evaluation?.categoryNames) === JSON.stringify(names),
  );
  const oracle = sharesOf([evaluation.references.oracle.categories]);
  const maps = [
    ...alike.map(({ group, categories: shares }) => ({ label: group.label, shares })),
    { label: "reference: oracle", shares: oracle },
  ];
  const total = (category: number) =>
    maps.reduce((sum, { shares }) => sum + shares.reduce((all, row) => all + (row[category] ?? 0), 0), 0);
  const totals = names.map((_, category) => total(category));
  const ranked = [...names.keys()].sort((a, b) => (totals[b] ?? 0) - (totals[a] ?? 0) || a - b);
  const shown = ranked.slice(0, SHOWN_CATEGORIES);
  const strongest = Math.max(
    0.01,
    ...maps.flatMap(({ shares }) => shares.flatMap((row) => shown.map((category) => row[category] ?? 0))),
  );
  return html`<h2>Categories over steps</h2><p class="hint">What was recommended at each step of the evaluation sessions, by primary category: the stronger, the larger its share; full strength is ${formatNumber(strongest * 100, 0)} %.</p>
<div class="charts">${maps.map(({ label, shares }) => heatMap({ label, shares, categories: shown, names, strongest }))}</div>`;
}

export function variants(data: readonly GroupData[], { settings, rows, baseline }: RunComparison): Section {
  if (data.length < 2) return undefined;
  const chips = (i: number) =>
    settings
      .filter(({ values }) => JSON.stringify(values[i]) !== JSON.stringify(values[baseline]))
      .map(
        ({ path, values }) =>
          html`<code>${path} = ${values[i] === undefined ? "absent" : JSON.stringify(values[i])}</code>`,
      );
  return html`<h2>Variants</h2><p class="hint">Settings that differ from ${rows[baseline]?.label ?? ""}.</p>
<div class="scroll"><table><tbody>${data.map(
    ({ group }, i) => html`<tr><th scope="row">${group.label}</th><td class="words">${group.description}</td>
<td class="words"><div class="chips">${chips(i)}</div></td></tr>`,
  )}</tbody></table></div>`;
}

export function prompts({ prompts: roles, rows, baseline }: RunComparison): Section {
  const diffs = roles.flatMap(({ role, texts }) => {
    const base = texts[baseline] ?? "";
    return texts.flatMap((text, i) => (text === base || text === "" ? [] : [{ role, base, text, row: rows[i] }]));
  });
  if (diffs.length === 0) return undefined;
  return html`<h2>Prompts</h2>${diffs.map(
    ({
      role,
      base,
      text,
      row,
    }) => html`<h3>${row?.label ?? ""}: ${role} prompt against ${rows[baseline]?.label ?? ""}</h3>
<pre>${withContext(diffLines(base, text)).map((line) =>
      line
        ? html`<span class="${line.kind}">${{ same: "  ", removed: "- ", added: "+ " }[line.kind]}${line.text}</span>`
        : html`<span class="cut">⋯</span>`,
    )}</pre>`,
  )}`;
}

/** Reflections shown of each end of the pool. */
const BEST = 5;
const WORST = 3;

export function reflections(data: readonly GroupData[]): Section {
  const pools = data.filter((row) => row.reflections.length > 0);
  if (pools.length === 0) return undefined;
  return html`<h2>Reflections</h2><p class="hint">Of the first seed: the best and the worst of the pool at its end, with the R_cum of the session each was written on and, in brackets, how far that was above what its user was expected to give.</p>
${pools.map(({ group, reflections: pool }, i) => {
  const worst = pool.slice(Math.max(BEST, pool.length - WORST));
  const line = (one: (typeof pool)[number]) => {
    const gain = one.expected === undefined ? "" : ` (${signed(meritOf(one))})`;
    return html`<li><b>${formatNumber(one.score, 2)}${gain}</b><span>${one.text}</span></li>`;
  };
  return html`<details${i === 0 ? html` open` : ""}><summary>${group.label}<small>${pool.length} in the pool</small></summary>
<ol>${pool.slice(0, BEST).map(line)}${worst.length > 0 && html`<li><b>⋮</b><span></span></li>`}${worst.map(line)}</ol></details>`;
})}`;
}

export function warnings(data: readonly GroupData[]): Section {
  const troubled = data.filter((row) => row.warnings.length > 0);
  if (troubled.length === 0) return undefined;
  return html`<h2>Failure signatures</h2><p class="hint">Trouble that was found while training.</p>
<div class="scroll"><table><tbody>${troubled.flatMap(({ group, warnings: found }) =>
    found.map(
      ({
        code,
        message,
        seeds,
      }) => html`<tr><th scope="row">${group.label}</th><td class="words warning"><code>${code}</code></td>
<td class="words">${message}</td><td>seed ${seeds.join(", ")}</td></tr>`,
    ),
  )}</tbody></table></div>`;
}

export function definitions({ metrics }: RunComparison): Markup {
  return html`<h2>Definitions</h2><dl>${metrics.map((metric) => {
    const { label, unit, definition } = metricCatalogue[metric === "normalised" ? "evalNormalised" : metric];
    return html`<dt>${label}</dt><dd>${definition} (${unit})</dd>`;
  })}</dl>`;
}

/** What it takes to run this again: every run's folder, and the settings of the baseline. */
export function reproduction(data: readonly GroupData[], { baseline }: RunComparison): Markup {
  const experiment = data[baseline]?.group.runs[0]?.experiment;
  const lines = [...settingsOf(experiment)].map(([path, value]) => `${path} = ${JSON.stringify(value)}`);
  return html`<h2>To run it again</h2>
<details><summary>Settings of ${data[baseline]?.group.label ?? ""}<small>all of them, defaults filled in</small></summary><pre>${lines.map((line) => html`<span>${line}</span>`)}</pre></details>
<details><summary>Runs<small>${data.reduce((sum, { group }) => sum + group.runs.length, 0)}</small></summary><pre>${data.flatMap(
    ({ group }) => group.runs.map(({ record }) => html`<span>${group.label}, seed ${record.seed}: ${record.id}</span>`),
  )}</pre></details>`;
}
