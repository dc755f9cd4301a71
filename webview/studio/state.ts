/** What the page knows, apart from the curves' numbers (runs/). */

import * as z from "zod/mini";
import type { EpisodeDetail } from "../../src/protocol/engine/sessions.ts";
import type {
  Comparison,
  EpisodeSummary,
  FittingTrial,
  RenderedPrompt,
  RerunResult,
  RunProgress,
  VisitPair,
} from "../../src/protocol/engine.ts";
import { type ActiveState, isActive } from "../../src/protocol/run/states.ts";
import type { RunId, RunRecord } from "../../src/protocol/run.ts";
import { trialDraftSchema } from "../../src/protocol/studio/trialDraft.ts";
import type { PageState, PromptHistoryEntry, PromptRole, StudioSnapshot } from "../../src/protocol/studio.ts";
import type { TrialProgress, TrialSummary } from "../../src/protocol/trial/summary.ts";
import type { StudioMethod } from "../shared/messenger.ts";
import { idle, type Loadable } from "./loading.ts";

export interface Notice {
  readonly id: number;
  readonly severity: "info" | "warning" | "error";
  readonly text: string;
}

export interface StudioState {
  readonly snapshot: Loadable<StudioSnapshot>;
  readonly page: PageState;
  readonly progress: Readonly<Record<RunId, RunProgress>>;
  /** Requests under way that disable their buttons. */
  readonly busy: readonly StudioMethod[];
  readonly notices: readonly Notice[];
  readonly previews: Readonly<Record<PromptRole, Loadable<RenderedPrompt>>>;
  readonly histories: Readonly<Record<PromptRole, Loadable<readonly PromptHistoryEntry[]>>>;
  /** Version of a prompt whose difference to the editor is unfolded. */
  readonly openHistory: string | undefined;
  readonly episodes: Loadable<readonly EpisodeSummary[]>;
  readonly episode: Loadable<EpisodeDetail>;
  readonly rerun: Loadable<RerunResult>;
  readonly comparison: Loadable<Comparison>;
  /** Trials of this experiment, newest first. */
  readonly trials: readonly TrialSummary[];
  readonly trialProgress: Readonly<Record<string, TrialProgress>>;
  /** What a trial of the words as they stand would be. */
  readonly fitting: Loadable<FittingTrial>;
  /** What the one that is put together would be. */
  readonly draftFitting: Loadable<FittingTrial>;
  /** Moments that are kept beside the experiment; undefined: nobody has looked yet. */
  readonly moments: number | undefined;
  /** The pair of visits that is open. */
  readonly visit: Loadable<VisitPair>;
}

const initialPage: PageState = {
  version: 1,
  editTab: "prompts",
  resultTab: "curves",
  split: 0.4,
  promptRole: "planner",
  promptTool: "variables",
  unsent: {},
  drafts: {},
  curves: {
    metrics: ["tInt", "rCum", "rSin", "evalRCum", "categoryCoverage", "ild", "overlapAligned", "planInvalid"],
    overlays: [],
    hidden: [],
    axis: "iteration",
    smoothing: 0.6,
    logScale: false,
    references: true,
    groupSeeds: false,
  },
  sessions: { order: "latest", user: "", step: 0 },
  trial: { step: 0 },
  compared: [],
  scroll: { edit: 0, result: 0 },
};

export function initialState(saved: unknown): StudioState {
  return {
    snapshot: idle,
    page: restorePage(saved),
    progress: {},
    busy: [],
    notices: [],
    previews: { planner: idle, critic: idle },
    histories: { planner: idle, critic: idle },
    openHistory: undefined,
    episodes: idle,
    episode: idle,
    rerun: idle,
    comparison: idle,
    trials: [],
    trialProgress: {},
    fitting: idle,
    draftFitting: idle,
    moments: undefined,
    visit: idle,
  };
}

/** A state saved by another version of the page is not worth a fault: the page then starts afresh. */
function restorePage(saved: unknown): PageState {
  if (typeof saved !== "object" || saved === null || (saved as Partial<PageState>).version !== 1) return initialPage;
  const page = saved as Partial<PageState>;
  return {
    ...initialPage,
    ...page,
    curves: { ...initialPage.curves, ...page.curves },
    sessions: { ...initialPage.sessions, ...page.sessions },
    trial: { ...initialPage.trial, ...page.trial, ...readableDraft(page.trial) },
    scroll: { ...initialPage.scroll, ...page.scroll },
  };
}

function readableDraft(trial: PageState["trial"] | undefined): Partial<PageState["trial"]> {
  return z.safeParse(trialDraftSchema, trial?.draft).success ? {} : { draft: undefined, drafting: false };
}

export function snapshotOf(state: StudioState): StudioSnapshot | undefined {
  return state.snapshot.status === "ready" ? state.snapshot.value : undefined;
}

export function runById(state: StudioState, runId: RunId | undefined): RunRecord | undefined {
  return snapshotOf(state)?.runs.find((run) => run.id === runId);
}

/** The run the page follows. */
export function currentRun(state: StudioState): RunRecord | undefined {
  return runById(state, snapshotOf(state)?.currentRun);
}

/** The current run first, then the overlays that still exist. */
export function shownRuns(state: StudioState): readonly RunId[] {
  const snapshot = snapshotOf(state);
  if (!snapshot) return [];
  const known = new Set(snapshot.runs.map((run) => run.id));
  const chosen = [...(snapshot.currentRun ? [snapshot.currentRun] : []), ...state.page.curves.overlays];
  return [...new Set(chosen)].filter((runId) => known.has(runId));
}

type ActiveRun = RunRecord & { readonly state: ActiveState };

export const isActiveRun = (run: RunRecord | undefined): run is ActiveRun => run !== undefined && isActive(run.state);

/** Why an experiment cannot be started, in words; undefined when it can. */
export function runObstacle(snapshot: StudioSnapshot): string | undefined {
  if (!snapshot.trusted) return "This workspace is not trusted. Trust it to run experiments.";
  if (snapshot.engine.state === "unavailable") return `The engine is not available. ${snapshot.engine.message}`;
  if (snapshot.document.problems.some(({ severity }) => severity === "error")) {
    return "The experiment file has errors. Mend them first.";
  }
  return undefined;
}
