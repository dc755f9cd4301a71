/**
 * The contract between the extension and the engine process: JSON-RPC requests both ways and notifications from the
 * engine. One map per direction; the clients and servers on both sides are typed from it.
 */
import type { PromptRole } from "./promptRole.ts";
import type { PromptDiagnostic } from "./promptSyntax.ts";
import type {
  Episode,
  MetricRow,
  PoolAction,
  ReferenceRow,
  Reflection,
  RunId,
  RunRecord,
  TimelineEvent,
} from "./run.ts";

/** Raised with every change that an older side would misunderstand. */
export const protocolVersion = 1;

/** A prompt file's content as the editor holds it, saved or not. */
export interface PromptText {
  /** Path as the experiment names it. */
  readonly file: string;
  readonly text: string;
}

export interface PromptTexts {
  readonly planner?: PromptText;
  readonly critic?: PromptText;
}

export interface StartRun {
  /** Absolute path; relative paths inside the document start there. */
  readonly experimentFile: string;
  readonly experimentText: string;
  readonly prompts: PromptTexts;
  /** `path=value` overrides, as with `lerl run --set`. */
  readonly overrides?: readonly string[];
  /** Sent over the channel only, never stored. */
  readonly apiKey?: string;
}

/**
 * A change that takes effect at the next environment step; limits of the models at once, since a step may be waiting for
 * them. `path` is a JSON path of the experiment or names a prompt.
 */
export interface LiveChange {
  readonly path: string;
  readonly value: unknown;
}

/** The JSON paths a running experiment accepts, besides `planner.prompt` and `critic.prompt` (the prompts' texts). */
export const liveChangePaths = [
  "simulator.quit",
  "reflections.k",
  "reflections.alpha",
  "reflections.capacity",
  "reflections.shuffle",
  "planner.replanEvery",
  "planner.categoriesPerPlan",
  "ppo.learningRates.action",
  "ppo.learningRates.value",
  "ppo.learningRates.encoder",
  "ppo.learningRates.std",
  "models.concurrency",
  "models.requestsPerMinute",
  "models.tokensPerMinute",
  "models.timeoutSeconds",
  "models.retries",
  "models.maxCalls",
  "models.maxTokens",
  "models.maxCost",
] as const;

/** What a run logged from a cursor on. Cursors are row counts; -1 asks from the start. */
export interface RunSlice {
  readonly runId: RunId;
  readonly metrics: readonly MetricRow[];
  readonly timing: readonly MetricRow[];
  readonly events: readonly TimelineEvent[];
  readonly references: readonly ReferenceRow[];
  /** Where the next slice begins. */
  readonly cursor: RunCursor;
}

export interface RunCursor {
  readonly metrics: number;
  readonly timing: number;
  readonly events: number;
}

export interface EpisodeSummary {
  readonly id: string;
  readonly iteration: number;
  readonly user: string;
  readonly tInt: number;
  readonly rCum: number;
  readonly rSin: number;
  readonly ended: Episode["ended"];
  readonly reflection?: string;
}

export interface EpisodeQuery {
  readonly runId: RunId;
  readonly order: "latest" | "best" | "worst";
  readonly user?: string;
  readonly limit: number;
}

/** A model call as llm.jsonl holds it. */
export interface ModelCall {
  readonly id: string;
  readonly role: PromptRole;
  readonly model: string;
  readonly promptHash: string;
  readonly messages: readonly { readonly role: "system" | "user"; readonly content: string }[];
  readonly reply: string;
  readonly attempts: number;
  readonly latencyMs: number;
  readonly cached: boolean;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Counted by characters / 4 because the server gave no usage. */
  readonly tokensEstimated: boolean;
  readonly cost: number;
  readonly error?: string;
}

export interface RenderedPrompt {
  readonly messages: readonly { readonly role: "system" | "user"; readonly content: string }[];
  readonly tokensEstimate: number;
  /** Current value of each variable, as text. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface RenderPrompt {
  readonly experimentFile: string;
  readonly experimentText: string;
  readonly role: PromptRole;
  readonly promptText: string;
  /** Reflections and sessions come from this run where given, else from a short simulated session. */
  readonly runId?: RunId;
  readonly user?: number;
  readonly step?: number;
}

/** A reflection with what the pool's sampling makes of it now. */
export interface PooledReflection extends Reflection {
  /** Probability of taking the next place in a sample that pinned reflections leave free; 1 for a pinned one, 0 for a muted one. */
  readonly probability: number;
}

export interface ReflectionChange {
  readonly runId: RunId;
  readonly id: string;
  readonly action: PoolAction;
  /** For `edit`. */
  readonly text?: string;
  /** For `rate`: -1, 0 or 1. */
  readonly rating?: number;
}

export interface RerunStep {
  readonly runId: RunId;
  readonly episode: string;
  readonly step: number;
  readonly promptText: string;
  readonly apiKey?: string;
}

export interface RerunResult {
  readonly before: { readonly categories: readonly number[]; readonly reply: string };
  readonly after: {
    readonly categories: readonly number[];
    readonly reply: string;
    readonly latencyMs: number;
    readonly messages: RenderedPrompt["messages"];
  };
  readonly categoryNames: Readonly<Record<number, string>>;
}

export interface ModelServer {
  readonly name: string;
  readonly baseUrl: string;
  readonly models: readonly string[];
}

export interface ModelTest {
  readonly provider: "openai" | "vscode";
  readonly baseUrl?: string;
  readonly model: string;
  readonly apiKey?: string;
}

export interface ModelTestResult {
  readonly ok: boolean;
  readonly message: string;
  readonly latencyMs: number;
  readonly structuredOutput: "json_schema" | "json_object" | "text" | "none";
}

export interface ComparisonCell {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface ComparisonRow {
  readonly label: string;
  readonly runIds: readonly RunId[];
  readonly seeds: readonly number[];
  /** By metric: tInt, rCum, rSin, normalised and section 12's names. */
  readonly metrics: Readonly<Record<string, ComparisonCell>>;
}

export interface Comparison {
  readonly rows: readonly ComparisonRow[];
  /** Probability that row i has a higher R_cum than row j: [rows][rows]. */
  readonly improvement: readonly (readonly number[])[];
  readonly settings: readonly { readonly path: string; readonly values: readonly unknown[] }[];
  readonly prompts: readonly { readonly role: PromptRole; readonly texts: readonly string[] }[];
}

/** Requests of the extension, answered by the engine. */
export interface EngineRequests {
  "engine/initialize": {
    params: { protocolVersion: number; workspaceFolder: string; locale?: string };
    result: { protocolVersion: number; engineVersion: string; pid: number; backend: string };
  };
  "engine/ping": { params: Record<string, never>; result: { memoryMb: number } };
  "engine/shutdown": { params: Record<string, never>; result: null };
  "runs/start": { params: StartRun; result: RunRecord };
  "runs/list": { params: Record<string, never>; result: readonly RunRecord[] };
  "runs/pause": { params: { runId: RunId }; result: null };
  /** Continues a paused run, or an interrupted or stopped one from its checkpoint. */
  "runs/resume": { params: { runId: RunId; apiKey?: string }; result: RunRecord };
  "runs/stop": { params: { runId: RunId }; result: null };
  "runs/change": { params: { runId: RunId; changes: readonly LiveChange[] }; result: null };
  "runs/describe": { params: { runId: RunId; name?: string; note?: string }; result: RunRecord };
  "runs/slice": { params: { runId: RunId; cursor: RunCursor }; result: RunSlice };
  "runs/episodes": { params: EpisodeQuery; result: readonly EpisodeSummary[] };
  "runs/episode": {
    params: { runId: RunId; episode: string };
    result: { episode: Episode; calls: readonly ModelCall[]; categoryNames: Readonly<Record<number, string>> };
  };
  "runs/rerunStep": { params: RerunStep; result: RerunResult };
  "runs/compare": { params: { runIds: readonly RunId[] }; result: Comparison };
  "runs/evaluate": {
    params: { runId: RunId; sessions?: number };
    result: { tInt: number; rCum: number; rSin: number; sessions: number };
  };
  /** Writes the report and gives its path. */
  "runs/report": { params: { runIds: readonly RunId[] }; result: { file: string } };
  "reflections/list": { params: { runId: RunId }; result: readonly PooledReflection[] };
  "reflections/change": { params: ReflectionChange; result: null };
  "prompts/render": { params: RenderPrompt; result: RenderedPrompt };
  /** Every problem of a prompt's text, in the order of the text; needs no experiment and no run. */
  "prompts/diagnose": { params: { text: string }; result: readonly PromptDiagnostic[] };
  "models/detect": { params: Record<string, never>; result: readonly ModelServer[] };
  "models/test": { params: ModelTest; result: ModelTestResult };
}

/** Notifications of the engine. */
export interface EngineNotifications {
  "run/changed": RunRecord;
  /** At most every 100 ms per run; `sequence` counts up by one, a gap means: ask `runs/slice` from your cursor. */
  "run/appended": RunSlice & { readonly sequence: number };
  "run/progress": RunProgress;
  "reflections/changed": { readonly runId: RunId };
  "engine/log": { readonly level: "trace" | "debug" | "info" | "warn" | "error"; readonly message: string };
}

export interface RunProgress {
  readonly runId: RunId;
  /** What is going on: loading data, training the user model, running. */
  readonly phase: string;
  /** 0..1 */
  readonly fraction: number;
  readonly secondsLeft?: number;
  readonly iteration: number;
  readonly iterations: number;
  readonly rCum?: number;
  readonly calls: number;
  readonly cost: number;
}

/** Requests of the engine, answered by the extension: a completion by one of the editor's own models. */
export interface HostRequests {
  "models/ask": {
    params: { model: string; messages: readonly { role: "system" | "user"; content: string }[] };
    result: { text: string; model: string };
  };
}
