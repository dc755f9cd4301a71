/** What the engine's channel rejects with -> errors a person can read. */
import { l10n } from "vscode";
import { ErrorCodes, ResponseError } from "vscode-jsonrpc/node";
import * as z from "zod/mini";
import { ContractError } from "../../protocol/contract.ts";
import { outsideFileSchema } from "../../protocol/engine/files.ts";
import { EngineFailure, EngineInputError, EngineLostError } from "./engineErrors.ts";

/** Codes of src/engine/main.ts. */
const INPUT_ERROR_CODE = 1;

export function engineError(method: string, error: unknown): Error {
  // The answer is not what the contract says, or the engine says so of the request.
  if (error instanceof ContractError) return misunderstanding(error);
  if (!(error instanceof ResponseError)) return lost(method, error);
  if (error.code === ErrorCodes.InvalidParams) return misunderstanding(error);
  if (error.code === INPUT_ERROR_CODE) {
    const { code, outside } = dataOf(error.data);
    return new EngineInputError(error.message, code, outside);
  }
  if (error.code === ErrorCodes.PendingResponseRejected || error.code === ErrorCodes.ConnectionInactive)
    return lost(method, error);
  return new EngineFailure(l10n.t("The engine failed at {0}: {1}", method, error.message), { cause: error });
}

function misunderstanding(cause: Error): EngineFailure {
  const text = l10n.t(
    "The engine and this extension do not understand each other ({0}). Reload the window; if it stays, report it with the log.",
    cause.message,
  );
  return new EngineFailure(text, { cause });
}

function lost(method: string, cause: unknown): EngineLostError {
  return new EngineLostError(l10n.t("The engine stopped before it answered {0}.", method), { cause });
}

const dataSchema = z.object({
  code: z.exactOptional(z.string()),
  outside: z.exactOptional(z.array(outsideFileSchema)),
});

function dataOf(data: unknown): z.output<typeof dataSchema> {
  const parsed = z.safeParse(dataSchema, data);
  return parsed.success ? parsed.data : {};
}
