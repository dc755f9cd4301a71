/** Trials that look like the engine's, and what the stand-in host answers about them. */
import type { VisitPair } from "../../../src/protocol/engine.ts";
import type { Episode } from "../../../src/protocol/run.ts";
import type { PromptRole, PromptState, StudioEvents } from "../../../src/protocol/studio.ts";
import type { ContenderResult, PairResult, TrialResult } from "../../../src/protocol/trial/result.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { callsOf, categoryNames, EDITED_PLANNER_TEXT, PLANNER_TEXT } from "./fakeData.ts";
import type { Handlers } from "./handlers.ts";

const FILE = "planner.lerl.md";

export function trialSummary(id: string, patch: Partial<TrialSummary> = {}): TrialSummary {
  return {
    id,
    name: `Prompt wording and patience: ${FILE}`,
    state: "done",
    startedAt: "2026-03-02T14:05:00Z",
    activeSeconds: 15,
    seed: 7,
    sessions: 100,
    planned: 100,
    repeats: 1,
    base: {
      experimentFile: "wording.lerl.json",
      name: "b1946ac92492",
      run: { id: "current", iteration: 60 },
    },
    contenders: [words("as it is", PLANNER_TEXT), words(FILE, EDITED_PLANNER_TEXT)],
    ...patch,
  };
}

const words = (name: string, text: string): TrialSummary["contenders"][number] => ({
  name,
  plans: "model",
  prompt: { file: FILE, text, hash: name },
  planner: {},
  reflections: {},
  pool: [],
});

export const contenderResult = (name: string, patch: Partial<ContenderResult> = {}): ContenderResult => ({
  name,
  rCum: 3.51,
  expected: 3.47,
  tInt: 17.2,
  rSin: 0.204,
  repeats: 0.184,
  plans: {
    plans: 1720,
    usable: 0.996,
    askedAgain: 0.016,
    different: 7.4,
    fromLast: 0.21,
    keptClicked: 0.48,
    copied: 0.01,
    sameness: 0.34,
  },
  planSize: 7.4,
  planOverlap: 0.61,
  invalidPlans: 0.02,
  fallbackPlans: 0.004,
  lostByPlan: 0.104,
  lostByPolicy: 0.041,
  planValue: 0.29,
  calls: 240,
  tokens: 151_200,
  cachedTokens: 98_400,
  cost: 0.035,
  latencyMs: 512,
  ...patch,
});

export function pairResult(n: number, patch: Partial<PairResult> = {}): PairResult {
  const better = Math.round(0.68 * n);
  const worse = Math.round(0.18 * n);
  return {
    contender: 1,
    verdict: "better",
    mean: 0.42,
    deviation: 1.1,
    interval: { low: 0.11, high: 0.73 },
    visits: { better, worse, equal: n - better - worse },
    clicks: { mean: 0.37, interval: { low: -0.02, high: 0.79 } },
    margin: 0.31,
    shows: { atEnd: 0.41, doubled: 0.29 },
    worst: [
      { session: 12, user: "4271", difference: -1.8 },
      { session: 3, user: "4054", difference: -1.2 },
      { session: 40, user: "4833", difference: -0.61 },
    ],
    ...patch,
  };
}

export const trialResult = (n: number, pair: Partial<PairResult> = {}): TrialResult => ({
  n,
  contenders: [
    contenderResult("as it is"),
    contenderResult(FILE, { rCum: 3.88, expected: 3.89, tInt: 18.4, repeats: 0.11, lostByPlan: 0.091 }),
  ],
  pairs: [pairResult(n, pair)],
});

/** Not decided: the interval holds 0. */
export const undecided = { verdict: "undecided", mean: 0.12, interval: { low: -0.29, high: 0.53 } } as const;

/** The host, as trials need it. */
export interface TrialsHost {
  trials: TrialSummary[];
  prompts: Record<PromptRole, PromptState>;
  readonly sessions: readonly Episode[];
  /** What fits, per request. */
  fitting: { sessions: number; seconds?: number };
  emit<E extends keyof StudioEvents>(event: E, data: StudioEvents[E]): void;
  changePrompt(role: PromptRole, text: string): void;
}

/** All of them, as news. */
export const trialsNews = (trials: readonly TrialSummary[]): StudioEvents["trials"] => ({
  ids: trials.map(({ id }) => id),
  changed: trials,
});

type TrialMethods =
  | "tryWords"
  | "fittingTrial"
  | "choosePrompt"
  | "stopTrial"
  | "goOnTrial"
  | "trialVisit"
  | "useTrialWords";

export function trialHandlers(host: TrialsHost): Pick<Handlers, TrialMethods> {
  const change = (id: string, patch: Partial<TrialSummary>): null => {
    host.trials = host.trials.map((trial) => (trial.id === id ? { ...trial, ...patch } : trial));
    host.emit("trials", trialsNews(host.trials));
    return null;
  };
  return {
    tryWords: () => {
      const contenders = [words("as it is", PLANNER_TEXT), words(FILE, host.prompts.planner.text)];
      const trial = trialSummary(`trial-${host.trials.length}`, { state: "running", contenders });
      host.trials = [trial, ...host.trials];
      host.emit("trials", trialsNews(host.trials));
      return trial;
    },
    fittingTrial: ({ draft }) => {
      const { seconds } = host.fitting;
      const sessions = draft?.sessions ?? host.fitting.sessions;
      const asking = draft?.contenders.filter(({ words: { from } }) => from !== "plan").length ?? 2;
      const calls = 5 * sessions * asking;
      return {
        sessions,
        ...(draft && { moments: 3 }),
        estimate: { calls, likely: calls, tokens: 0, ...(seconds !== undefined && { seconds }) },
      };
    },
    choosePrompt: () => ({ file: "prompts/terse.lerl.md" }),
    stopTrial: ({ id }) => change(id, { state: "stopped", stoppedBy: "stopped" }),
    goOnTrial: ({ id, sessions }) => change(id, { state: "running", ...(sessions !== undefined && { sessions }) }),
    trialVisit: ({ session }) => visitPair(host.sessions, session),
    useTrialWords: ({ id, contender }) => {
      const text = host.trials.find((trial) => trial.id === id)?.contenders[contender]?.prompt?.text;
      if (text !== undefined) host.changePrompt("planner", text);
      return null;
    },
  };
}

/** The plans differ from step 3 on, and the baseline's visit ends two steps earlier. */
function visitPair(sessions: readonly Episode[], session: number): VisitPair {
  const episode = sessions[session % sessions.length];
  if (!episode) throw new Error(`Visit ${session} has not been served yet.`);
  const steps = episode.steps.map((step, i) =>
    i < 2
      ? step
      : { ...step, plan: { ...step.plan, categories: [...new Set([...step.plan.categories.slice(1), 20])] } },
  );
  const shorter = { ...episode, steps: episode.steps.slice(0, -2), tInt: episode.tInt - 2 };
  const detail = (served: Episode) => ({ episode: served, calls: callsOf(served), categoryNames });
  return { baseline: detail(shorter), contender: detail({ ...episode, steps }), differs: 2 };
}
