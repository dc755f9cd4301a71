/** How a command ends. */

import { InputError, messageOf } from "../errors.ts";
import { exitCodes } from "../exitCodes.ts";
import { paint, sayAside } from "./terminal.ts";

/** Says what went wrong on standard error; a defect of ours with its stack. Returns the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof InputError) {
    sayAside(`${paint.error("error")} ${error.message}\n`);
    return exitCodes.badInput;
  }
  const stack = error instanceof Error && error.name === "Error" ? `\n${error.stack ?? ""}` : "";
  sayAside(`${paint.error("error")} ${messageOf(error)}${stack}\n`);
  return exitCodes.failed;
}
