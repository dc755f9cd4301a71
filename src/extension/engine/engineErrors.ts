/** What can go wrong between the extension and the engine, as errors a person can read. */
import type { OutsideFile } from "../../protocol/engine.ts";
import { UserError } from "../platform/errors.ts";

/** The engine refused: the user can mend it. `code` is the engine's, for example `data.column-missing`. */
export class EngineInputError extends UserError {
  constructor(
    message: string,
    readonly code: string | undefined,
    /** Files outside the workspace that have to be allowed first. */
    readonly outside: readonly OutsideFile[] = [],
  ) {
    super(message);
  }
}

/** A defect in the engine. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";
}

/** The engine is gone, does not answer, or cannot be started. */
export class EngineLostError extends Error {
  override readonly name = "EngineLostError";
}
