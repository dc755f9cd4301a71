/** What a trial says, in words: the same on the command line and in the editor. */
import { cachedText } from "../run/modelUseText.ts";
import type { TrialEstimate } from "./estimate.ts";
import type { ContenderResult, PairResult, Verdict } from "./result.ts";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `+0.42`, `-0.10`, `0.00` */
export function signed(value: number, digits = 2): string {
  const rounded = Math.abs(value).toFixed(digits);
  if (value === 0) return rounded;
  // What is not zero does not read as zero: an interval's end decides by its side.
  const text = Number(rounded) === 0 ? Math.max(Math.abs(value), 0.0001).toFixed(4) : rounded;
  return `${value < 0 ? "-" : "+"}${text}`;
}

/** `[+0.11, +0.70]` */
export const intervalText = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `[${signed(low)}, ${signed(high)}]`;

/** `$0.07`, `$0.0004`; `price unknown` where a model has none. */
export function moneyText(cost: number | undefined): string {
  if (cost === undefined) return "price unknown";
  if (cost === 0) return "$0";
  return cost < 0.01 ? `$${Math.max(cost, 0.0001).toFixed(4)}` : `$${cost.toFixed(2)}`;
}

/** `480 calls, $0.07`; with what a server told of its cache `…, 61,200 tokens, 40,100 of them read from the server's cache` */
export function billText(bill: Pick<ContenderResult, "calls" | "cost" | "cachedTokens"> & { tokens?: number }): string {
  const cached = bill.tokens === undefined ? undefined : cachedText(bill);
  const tokens = cached === undefined ? "" : `, ${whole.format(bill.tokens ?? 0)} tokens, ${cached}`;
  return `${callsText(bill.calls)}, ${moneyText(bill.cost)}${tokens}`;
}

const callsText = (calls: number): string => `${whole.format(calls)} ${calls === 1 ? "call" : "calls"}`;

const verdictWords: Readonly<Record<Verdict, string>> = {
  better: "better",
  worse: "worse",
  equal: "equal enough",
  identical: "the same plans in every visit",
  undecided: "undecided",
};

export const verdictText = (verdict: Verdict): string => verdictWords[verdict];

/** `+0.42 reward a visit [+0.11, +0.70]: better. 34 of 50 visits better, 9 worse, 7 equal.` */
export function pairSentence(pair: PairResult, n: number): string {
  const { verdict, mean, interval, visits } = pair;
  if (verdict === "identical") return `The same plans in all ${n} visits: nothing to choose between.`;
  const measured = `${signed(mean)} reward a visit${interval ? ` ${intervalText(interval)}` : ""}`;
  const counts = `${visits.better} of ${n} visits better, ${visits.worse} worse, ${visits.equal} equal.`;
  return `${measured}: ${interval ? verdictText(verdict) : `too few visits for a verdict (${n})`}. ${counts}`;
}

/** `92.0 % of plans for the moments pass; 80.0 % of moments at every one of 3 repeats.`; undefined without moments. */
export function passSentence({ pass, passAll }: ContenderResult, repeats: number): string | undefined {
  if (pass === undefined || passAll === undefined) return undefined;
  const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const always = repeats > 1 ? `; ${share(passAll)} of moments at every one of ${repeats} repeats` : "";
  return `${share(pass)} of plans for the moments pass${always}.`;
}

/** Plans that overlap more over visits hardly depend on them. */
const SAME_OVER_VISITS = 0.9;
/** Of fewer plans that says little. */
const FEWEST_PLANS = 8;

/** Where a model's plans say nothing about its words: it answers the same whatever the visit, or never to any use. */
export function ignoredVisitSentence({ plans }: Pick<ContenderResult, "plans">): string | undefined {
  if (plans?.usable === undefined || plans.plans < FEWEST_PLANS) return undefined;
  if (plans.usable === 0) return "No reply of its model could be used; every plan is the stand-in's.";
  const { sameness = 0 } = plans;
  if (sameness < SAME_OVER_VISITS) return undefined;
  return `Its model answers the same whatever the visit: plans for the same step overlap by ${Math.floor(100 * sameness)} %.`;
}

/** What an undecided pair could have seen by its end; undefined where it is decided, or nothing can be said. */
export function undecidedSentence({ verdict, shows }: PairResult, sessions: number): string | undefined {
  if (verdict !== "undecided" || !shows) return undefined;
  return `Four trials of five would show a difference of ${shows.atEnd.toFixed(2)} a visit in ${sessions} visits, and one of ${shows.doubled.toFixed(2)} in ${2 * sessions}.`;
}

/** `up to 1,000 calls (about 640), 1,200,000 tokens, 62 s, $0.41` */
export function estimateSentence({ calls, likely, tokens, seconds, cost }: TrialEstimate): string {
  if (calls === 0) return "no calls: every answer is there, or no model is asked";
  const time = seconds === undefined ? "time unknown before the first answer" : timeText(seconds);
  return `${callsAtMost({ calls, likely })}, ${whole.format(tokens)} tokens, ${time}, ${moneyText(cost)}`;
}

/** `up to 1,000 calls (about 640)` */
export function callsAtMost({ calls, likely }: Pick<TrialEstimate, "calls" | "likely">): string {
  const about = likely < 0.9 * calls ? ` (about ${whole.format(likely)})` : "";
  return `up to ${callsText(calls)}${about}`;
}

/** `62 s`, `4 min`, `1.5 h` */
export function timeText(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
