/** What the Thresholds pane asks of the app. */
import type { HostActions, Notices, PageWriter } from "../ports.ts";
import type { RunSource } from "../runs/runLibrary.ts";

export interface ThresholdsPort extends PageWriter, HostActions, Notices {
  readonly library: RunSource;
}
