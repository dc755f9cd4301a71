/** How a command ends. */

import { InputError, messageOf } from "../errors.ts";
import { exitCodes } from "../exitCodes.ts";
import { paint } from "./terminal.ts";

/** Says what went wrong on standard error; a defect of ours with its stack. Returns the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof InputError) {
    process.stderr.write(`${paint.error("error")} ${error.message}\n`);
    return exitCodes.badInput;
  }
  const stack = error instanceof Error && error.name === "Error" ? `\n${error.stack ?? ""}` : "";
  process.stderr.write(`${paint.error("error")} ${messageOf(error)}${stack}\n`);
  return exitCodes.failed;
}
