/** Trials in words that only the page needs; what they say is in src/protocol/trial/words.ts. */
import type { FittingTrial } from "../../../src/protocol/engine.ts";
import { USUAL_VISITS } from "../../../src/protocol/trial/extent.ts";
import type { ContenderResult } from "../../../src/protocol/trial/result.ts";
import type { TrialProgress, TrialSummary } from "../../../src/protocol/trial/summary.ts";
import {
  billText,
  callsAtMost,
  moneyText,
  pairSentence,
  timeText,
  undecidedSentence,
  verdictText,
} from "../../../src/protocol/trial/words.ts";
import { formatCount } from "../../shared/format.ts";

/** `up to 1,000 calls (about 640), 15 s, $0.07`; `32 visits, up to 320 calls, 2 min, price unknown` */
export function estimateText({ sessions, estimate }: FittingTrial): string {
  const { calls, seconds, cost } = estimate;
  return [
    ...(sessions === USUAL_VISITS ? [] : [visitsText(sessions)]),
    calls === 0 ? "no calls" : callsAtMost(estimate),
    ...(seconds === undefined ? [] : [timeText(seconds)]),
    ...(calls === 0 ? [] : [moneyText(cost)]),
  ].join(", ");
}

/** As the engine names it while visits are served; before that it says what it gets ready. */
const SERVING = "Serving";

/** `34 of 100 visits, 0:12 left, 340 calls, $0.03` */
export function progressText({ phase, n, sessions, secondsLeft, calls, cost }: TrialProgress): string {
  if (phase !== SERVING) return phase;
  return [
    // Moments may be all there is.
    ...(sessions === 0 ? [] : [`${formatCount(n)} of ${visitsText(sessions)}`]),
    ...(secondsLeft === undefined ? [] : [`${clock(secondsLeft)} left`]),
    callsText(calls),
    // No price is told as 0.
    ...(cost > 0 ? [moneyText(cost)] : []),
  ].join(", ");
}

/** `0:12`, `12:05`, `1:02:05` */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

const visitsText = (count: number): string => `${formatCount(count)} ${count === 1 ? "visit" : "visits"}`;
const callsText = (count: number): string => `${formatCount(count)} ${count === 1 ? "call" : "calls"}`;

/** One sentence a contender; none before a visit counts. */
export function verdictSentences({ result, contenders }: TrialSummary): readonly string[] {
  if (!result || result.n === 0) return [];
  return result.pairs.map((pair) => {
    const name = result.pairs.length > 1 ? `${contenders[pair.contender]?.name ?? ""}: ` : "";
    return `${name}${pairSentence(pair, result.n)}`;
  });
}

/** What the pairs that are undecided could have shown, once the trial has served what it was to serve. */
export const undecidedText = (trial: TrialSummary, contender: number): string | undefined => {
  const pair = trial.result?.pairs.find((other) => other.contender === contender);
  return trial.state === "done" && pair ? undecidedSentence(pair, trial.sessions) : undefined;
};

/** `better`; `better, undecided`; `no verdict yet` */
export function verdictsText({ result }: TrialSummary): string {
  if (!result || result.n === 0) return "no verdict yet";
  return result.pairs.map(({ verdict }) => verdictText(verdict)).join(", ");
}

/** What all contenders together have cost; the money only where all have a price. */
export function wholeBill(contenders: readonly ContenderResult[]): string {
  const calls = contenders.reduce((sum, contender) => sum + contender.calls, 0);
  const costs = contenders.filter((contender) => contender.calls > 0).map(({ cost }) => cost);
  if (calls === 0) return "no calls";
  const cost = costs.every((one) => one !== undefined) ? costs.reduce((sum, one) => sum + one, 0) : undefined;
  return cost === undefined ? billText({ calls }) : billText({ calls, cost });
}

const moment = new Intl.DateTimeFormat("en", {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** `Mar 2, 14:05`, in the person's time zone */
export const whenText = (iso: string): string => moment.format(new Date(iso));

/** Three significant digits, with zeros, so that columns can be read across. */
export function figures(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return formatCount(value);
  return value.toFixed(size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3);
}
