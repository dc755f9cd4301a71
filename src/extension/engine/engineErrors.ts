/** What can go wrong between the extension and the engine, as errors a person can read. */
import { l10n } from "vscode";
import { ErrorCodes, ResponseError } from "vscode-jsonrpc/node";
import { UserError } from "../platform/errors.ts";

/** The engine refused: the user can mend it. `code` is the engine's, for example `data.column-missing`. */
export class EngineInputError extends UserError {
  constructor(
    message: string,
    readonly code: string | undefined,
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

/** Codes of src/engine/main.ts. */
const INPUT = 1;

export function engineError(method: string, error: unknown): Error {
  if (!(error instanceof ResponseError)) return lost(method, error);
  if (error.code === INPUT) return new EngineInputError(error.message, codeOf(error.data));
  if (error.code === ErrorCodes.PendingResponseRejected || error.code === ErrorCodes.ConnectionInactive)
    return lost(method, error);
  return new EngineFailure(l10n.t("The engine failed at {0}: {1}", method, error.message), { cause: error });
}

function lost(method: string, cause: unknown): EngineLostError {
  return new EngineLostError(l10n.t("The engine stopped before it answered {0}.", method), { cause });
}

function codeOf(data: unknown): string | undefined {
  return typeof data === "object" && data !== null && "code" in data ? String(data.code) : undefined;
}
