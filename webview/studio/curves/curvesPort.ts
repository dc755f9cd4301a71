/** What the Curves pane asks of the app. */
import type { RunId } from "../../../src/protocol/run.ts";
import type { CurvesState } from "../../../src/protocol/studio.ts";
import type { HostActions, Notices, StateReader } from "../ports.ts";
import type { RunSource } from "../runs/runLibrary.ts";

export interface CurvesPort extends StateReader, HostActions, Notices {
  readonly library: RunSource;
  patchCurves(patch: Partial<CurvesState>): void;
  /** Draws these runs over the current one. */
  setOverlays(overlays: readonly RunId[]): void;
  /** Starts the experiment, or resumes the paused run. */
  run(): Promise<void>;
}
