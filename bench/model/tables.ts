/** What was measured, as tables in Markdown. */
import { type PlanMeasure, planMeasures } from "../../src/protocol/run/planQuality.ts";
import { planColumns } from "../../src/protocol/run/planWords.ts";
import type { ContenderResult, PairResult } from "../../src/protocol/trial/result.ts";
import type { CountingProxy } from "./countingProxy.ts";
import type { PaceRow } from "./pace.ts";
import type { Served } from "./trials.ts";

/** What a model was asked, beside what its server counted. */
export function countsTable({ visits, seconds, calls, result }: Served, proxy: CountingProxy): string {
  const sent = calls.reduce((sum, { attempts }) => sum + attempts, 0);
  const shipped = result.contenders.at(-1);
  const told = calls.flatMap(({ tokensCached }) => tokensCached ?? []);
  const input = calls.reduce((sum, { tokensIn }) => sum + tokensIn, 0);
  const outputTokens = calls.reduce((sum, { tokensOut }) => sum + tokensOut, 0);
  const cached = told.reduce((sum, tokens) => sum + tokens, 0);
  return table(
    [
      "visits",
      "plans",
      "usable",
      "seconds",
      "requests sent",
      "requests at the server",
      "given up (time-outs)",
      "errors",
      "tokens in",
      "of them from the server's cache",
      "tokens out",
    ],
    [
      [
        String(visits),
        String(shipped?.plans?.plans ?? 0),
        shipped?.plans?.usable === undefined ? "–" : planColumns.usable.text(shipped.plans.usable),
        seconds.toFixed(0),
        String(sent),
        String(proxy.questions.length),
        String(proxy.abandoned),
        String(proxy.refused),
        String(input),
        told.length === 0 ? "not told" : String(cached),
        String(outputTokens),
      ],
    ],
  );
}

/** Plans judged as plans, and what they are worth. @param trials of one prompt each, or of planners without a model */
export function planTable(trials: readonly Served[]): string {
  return table(
    ["plans of", "plans", ...planMeasures.map((measure) => planColumns[measure].label), "plan value", "requests"],
    trials.flatMap(({ result, calls }) =>
      result.contenders
        .slice(1)
        .map((contender) => [
          contender.name,
          String(contender.plans?.plans ?? 0),
          ...planMeasures.map((measure) => shown(contender, measure)),
          number(contender.planValue, 3),
          String(calls.reduce((sum, { attempts }) => sum + attempts, 0)),
        ]),
    ),
  );
}

function shown({ plans }: ContenderResult, measure: PlanMeasure): string {
  const value = plans?.[measure];
  return value === undefined ? "–" : planColumns[measure].text(value);
}

/** Every contender against its trial's baseline, the same in all. */
export function verdictTable(trials: readonly Served[]): string {
  const rows = trials.flatMap(({ result }) =>
    result.contenders.slice(1).map((contender, i) => {
      const pair = result.pairs.find((one) => one.contender === i + 1);
      return [contender.name, number(contender.expected, 2), contender.tInt.toFixed(1), ...verdict(pair)];
    }),
  );
  const against = `against ${trials[0]?.result.contenders[0]?.name ?? "the baseline"}`;
  return table(["contender", "expected reward a visit", "T_int", against, "visits better", "verdict"], rows);
}

function verdict(pair: PairResult | undefined): readonly string[] {
  if (!pair) return ["", "", ""];
  const { better, worse, equal } = pair.visits;
  const { mean, interval } = pair;
  const range = interval ? ` [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]` : "";
  return [`${mean.toFixed(2)}${range}`, `${better} of ${better + worse + equal}`, pair.verdict];
}

export const paceTable = (rows: readonly PaceRow[]): string =>
  table(
    ["questions of before, asked at once", "calls a second", "seconds an answer, median", "95th percentile", "failed"],
    rows.map(({ atOnce, callsPerSecond, median, slow, failed }) => [
      String(atOnce),
      callsPerSecond.toFixed(2),
      median.toFixed(1),
      slow.toFixed(1),
      String(failed),
    ]),
  );

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|---|${"---:|".repeat(head.length - 1)}`, ...rows.map(line)].join("\n");
}

const number = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? "–";
