/** What survives a reload of the page (setState) and of the window (the serializer). */
import type { MetricName } from "../metrics.ts";
import type { PromptRole } from "../promptRole.ts";
import type { RunId } from "../run/runId.ts";
import type { EditTab, ResultTab } from "./snapshot.ts";
import type { TrialDraft } from "./trialDraft.ts";

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
  readonly trial: TrialState;
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

export interface TrialState {
  /** The one in sight; none, or one that is gone: the newest. */
  readonly id?: string | undefined;
  /** The pair of visits that is open: the baseline's and a contender's. */
  readonly visit?: { readonly session: number; readonly contender: number } | undefined;
  readonly step: number;
  /** A trial that is put together; kept for the next one. */
  readonly draft?: TrialDraft | undefined;
  /** The draft is in sight, not a trial. */
  readonly drafting?: boolean | undefined;
}

export interface SessionsState {
  readonly order: "latest" | "best" | "worst";
  readonly user: string;
  readonly runId?: RunId | undefined;
  readonly episode?: string | undefined;
  readonly step: number;
}
