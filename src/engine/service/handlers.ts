/** Handlers of the protocol's requests, by the part of its name before the slash. */
import type { EngineRequests } from "../../protocol/engine.ts";

export type Handlers = {
  /** The signal says that nobody waits for the answer any more. */
  readonly [M in keyof EngineRequests]: (
    params: EngineRequests[M]["params"],
    signal?: AbortSignal,
  ) => Promise<EngineRequests[M]["result"]>;
};

/** The handlers whose requests begin with `P/`. */
export type HandlersOf<P extends string> = Pick<Handlers, Extract<keyof Handlers, `${P}/${string}`>>;
