/** What the Trial pane and the Try button ask of the app. */
import type { HostActions, StateReader } from "../ports.ts";
import type { TrialDesk } from "./trialDesk.ts";

export interface TrialPort extends StateReader, HostActions {
  readonly trials: TrialDesk;
}
