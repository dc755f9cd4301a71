/**
 * The contract between the extension and the Studio page. The page asks with requests and hears events; it keeps
 * nothing that a reload would lose except what it puts into `setState` (PageState).
 */
import type {
  Comparison,
  EngineRequests,
  EpisodeQuery,
  EpisodeSummary,
  LiveChange,
  RenderedPrompt,
  RerunResult,
  RunCursor,
  RunProgress,
  RunSlice,
} from "./engine.ts";
import type { MetricName } from "./metrics.ts";
import type { PromptRole } from "./promptRole.ts";
import type { RunId, RunRecord } from "./run.ts";

export type { PromptRole };

/** A finding in a file, 0-based. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
}

/** The experiment file as the editor holds it. */
export interface DocumentState {
  readonly file: string;
  readonly version: number;
  readonly dirty: boolean;
  readonly text: string;
  /** The document with defaults, when it parses. */
  readonly experiment?: unknown;
  readonly problems: readonly Problem[];
}

export interface PromptState {
  readonly role: PromptRole;
  readonly file: string;
  readonly exists: boolean;
  readonly version: number;
  readonly dirty: boolean;
  readonly text: string;
  readonly problems: readonly Problem[];
}

export interface PromptHistoryEntry {
  readonly hash: string;
  readonly runId: RunId;
  readonly runName: string;
  readonly since: number;
  readonly text: string;
  readonly rCum?: number;
}

/** Whether runs can be started now; the message says why not and what to do. */
export type EngineState =
  | { readonly state: "ready" | "idle" | "starting" }
  | { readonly state: "unavailable"; readonly message: string };

export interface StudioSnapshot {
  readonly document: DocumentState;
  readonly prompts: Readonly<Record<PromptRole, PromptState>>;
  /** Runs of this workspace, newest first. */
  readonly runs: readonly RunRecord[];
  /** The run this page follows: the running one, else the newest of this experiment. */
  readonly currentRun?: RunId;
  readonly trusted: boolean;
  readonly engine: EngineState;
  /** JSON Schema of the experiment: ranges, units, descriptions. */
  readonly schema: unknown;
}

/** Requests of the page. */
export interface StudioRequests {
  ready: { params: Record<string, never>; result: StudioSnapshot };
  /** Changes of the experiment document, as JSON paths; one undo step. */
  editDocument: { params: { changes: readonly LiveChange[] }; result: null };
  /** Replaces the prompt's text. Refused when `version` is not the newest: the `prompt` event with the newest follows. */
  editPrompt: {
    params: { role: PromptRole; text: string; version: number };
    /** `version` of the document afterwards, whether the edit was accepted or not. */
    result: { accepted: boolean; version: number };
  };
  openPrompt: { params: { role: PromptRole; line?: number }; result: null };
  createPrompt: { params: { role: PromptRole }; result: null };
  openText: { params: Record<string, never>; result: null };
  promptHistory: { params: { role: PromptRole }; result: readonly PromptHistoryEntry[] };
  diffPrompt: { params: { role: PromptRole; hash: string; runId: RunId }; result: null };
  restorePrompt: { params: { role: PromptRole; hash: string; runId: RunId }; result: null };
  renderPrompt: { params: { role: PromptRole; runId?: RunId; user?: number; step?: number }; result: RenderedPrompt };
  run: { params: { seed?: number }; result: RunRecord };
  pause: { params: { runId: RunId }; result: null };
  resume: { params: { runId: RunId }; result: null };
  stop: { params: { runId: RunId }; result: null };
  /** To the running experiment only; the file stays as it is. */
  apply: { params: { runId: RunId; changes: readonly LiveChange[] }; result: null };
  connectModel: { params: Record<string, never>; result: null };
  slice: { params: { runId: RunId; cursor: RunCursor }; result: RunSlice };
  /** The runs whose `appended` events this page wants. */
  follow: { params: { runIds: readonly RunId[] }; result: null };
  episodes: { params: EpisodeQuery; result: readonly EpisodeSummary[] };
  episode: EngineRequests["runs/episode"];
  rerunStep: { params: { runId: RunId; episode: string; step: number; promptText?: string }; result: RerunResult };
  compare: { params: { runIds: readonly RunId[] }; result: Comparison };
  diffRuns: { params: { role: PromptRole; left: RunId; right: RunId }; result: null };
  openReport: { params: { runIds: readonly RunId[] }; result: null };
  /** Save dialogs and the clipboard are the host's. */
  saveFile: { params: { name: string; content: string; encoding: "utf8" | "base64" }; result: { saved: boolean } };
  restartEngine: { params: Record<string, never>; result: null };
  manageTrust: { params: Record<string, never>; result: null };
  openSettings: { params: { query: string }; result: null };
}

/** What answers the page: a handler for each of its requests. */
export type StudioHandlers = {
  readonly [M in keyof StudioRequests]: (params: StudioRequests[M]["params"]) => Promise<StudioRequests[M]["result"]>;
};

/** Events of the host. */
export interface StudioEvents {
  document: DocumentState;
  prompt: PromptState;
  runs: { readonly runs: readonly RunRecord[]; readonly currentRun?: RunId };
  appended: RunSlice;
  progress: RunProgress;
  trust: { readonly trusted: boolean };
  engine: EngineState;
  /** Something to show now: a tab, a session. */
  reveal: {
    readonly tab: StudioTab;
    readonly runId?: RunId;
    readonly episode?: string;
    /** For the comparison: the runs it shows. */
    readonly runIds?: readonly RunId[];
  };
}

/** What is edited, in the left column. */
export type EditTab = "prompts" | "thresholds";
/** What is watched, in the right column. */
export type ResultTab = "curves" | "sessions" | "compare";
export type StudioTab = EditTab | ResultTab;

export type StudioToHost = {
  [M in keyof StudioRequests]: {
    readonly kind: "request";
    readonly id: number;
    readonly method: M;
    readonly params: StudioRequests[M]["params"];
  };
}[keyof StudioRequests];

export type HostToStudio =
  | { readonly kind: "response"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly message: string }
  | {
      [E in keyof StudioEvents]: { readonly kind: "event"; readonly event: E; readonly data: StudioEvents[E] };
    }[keyof StudioEvents];

/** What survives a reload of the page (setState) and of the window (the serializer). */
export interface PageState {
  readonly version: 1;
  readonly editTab: EditTab;
  readonly resultTab: ResultTab;
  /** Width of the left column, share of the page. */
  readonly split: number;
  readonly promptRole: PromptRole;
  readonly promptTool: "variables" | "preview" | "problems" | "history";
  /** Typed text that the host has not acknowledged yet, with the text it was typed over. */
  readonly unsent: Readonly<Partial<Record<PromptRole, { readonly text: string; readonly base: string }>>>;
  /** Threshold edits not yet applied or saved, by JSON path. */
  readonly drafts: Readonly<Record<string, unknown>>;
  readonly seed?: number | undefined;
  readonly curves: CurvesState;
  readonly sessions: SessionsState;
  readonly compared: readonly RunId[];
  readonly scroll: { readonly edit: number; readonly result: number };
}

export interface CurvesState {
  readonly metrics: readonly MetricName[];
  readonly overlays: readonly RunId[];
  /** Runs in the legend that are not drawn. */
  readonly hidden: readonly RunId[];
  readonly axis: "iteration" | "userSteps";
  /** Weight of the exponential moving average; 0 draws the raw curve only. */
  readonly smoothing: number;
  readonly logScale: boolean;
  readonly references: boolean;
  /** Runs that differ only in their seed become one mean with a band. */
  readonly groupSeeds: boolean;
  /** Visible part of the axis; none: everything, following the run. */
  readonly range?: readonly [number, number] | undefined;
}

export interface SessionsState {
  readonly order: "latest" | "best" | "worst";
  readonly user: string;
  readonly runId?: RunId | undefined;
  readonly episode?: string | undefined;
  readonly step: number;
}
