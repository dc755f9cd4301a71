/** What the Sessions pane asks of the app. */
import type { StateReader } from "../ports.ts";
import type { SessionLoader } from "./sessionLoader.ts";

export interface SessionsPort extends StateReader {
  readonly sessions: SessionLoader;
}
