/**
 * What panes and loaders may ask of the app, one concern each. Every pane names those it uses, together with what its
 * room needs besides; the app (app.ts), which stands above all panes, offers them all.
 */
import type { PageState, StudioRequests } from "../../src/protocol/studio.ts";
import type { StudioMethod } from "../shared/messenger.ts";
import type { Notice, StudioState } from "./state.ts";

export interface StateReader {
  /** What the page knows now. */
  readonly state: StudioState;
}

export interface StateWriter extends StateReader {
  update(change: Partial<StudioState> | ((state: StudioState) => Partial<StudioState>)): void;
}

export interface PageWriter extends StateReader {
  /** Changes what survives a reload. */
  patchPage(patch: Partial<PageState>): void;
}

/** Questions whose answers the caller waits for. */
export interface HostQuestions {
  /** Rejects with a HostError when the host fails or does not answer in time. */
  request<M extends StudioMethod>(method: M, params: StudioRequests[M]["params"]): Promise<StudioRequests[M]["result"]>;
}

/** What a button does through the host. */
export interface HostActions {
  /** A failure is shown as a notice and gives undefined. The method counts as busy meanwhile. */
  attempt<M extends StudioMethod>(
    method: M,
    params: StudioRequests[M]["params"],
  ): Promise<StudioRequests[M]["result"] | undefined>;
  isBusy(method: StudioMethod): boolean;
}

export interface Notices {
  notify(severity: Notice["severity"], text: string): void;
}
