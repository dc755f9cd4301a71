/**
 * Errors meant for a person: what happened, where, and what to do. Anything else that is thrown is a defect of ours.
 */
export class LerlError extends Error {
  /**
   * @param code stable identifier, for example `data.column-missing`
   * @param message one or two sentences: where, the value found, what was expected, what to do
   */
  constructor(
    readonly code: string,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = "LerlError";
  }
}

/** Bad input of the user's: the command line exits with 2 and nothing half-written is left. */
export class InputError extends LerlError {
  override readonly name = "InputError";
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
