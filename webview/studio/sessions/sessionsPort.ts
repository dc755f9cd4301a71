import type { StateReader } from "../ports.ts";
import type { SessionLoader } from "./sessionLoader.ts";

/** What the Sessions pane asks of the app. */
export interface SessionsPort extends StateReader {
  readonly sessions: SessionLoader;
}
