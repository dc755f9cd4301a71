/** What can go wrong with a model, told apart by what is to be done about it. */
import { LerlError } from "../errors.ts";

/**
 * - `unreachable`: no connection, or it broke
 * - `timeout`: no sign of life in time
 * - `rate-limit`: asked to slow down
 * - `server`: a failure of the server's own (5xx)
 * - `bad-body`: answered, but not with a completion
 * - `generation`: the server could make nothing of what the model wrote this time
 * - `cut`: the token limit was used up before there was an answer
 * - `format`: the server does not know an option that can be left out; sent again without it
 * - `rejected`: the server takes this request for wrong and does not say what of it; perhaps a passing state
 * - `too-long`: the prompt is beyond a limit of the server's
 * - `request`: this request can never succeed, for example held back by a content filter
 * - `refused`: no request will succeed until a person changes something: key, model name, credit, address, consent
 * - `miss`: the replay provider has no recorded answer
 */
export type ProviderErrorKind =
  | "unreachable"
  | "timeout"
  | "rate-limit"
  | "server"
  | "bad-body"
  | "generation"
  | "cut"
  | "format"
  | "rejected"
  | "too-long"
  | "request"
  | "refused"
  | "miss";

export class ProviderError extends LerlError {
  override readonly name = "ProviderError";

  constructor(
    readonly kind: ProviderErrorKind,
    message: string,
    /** The wait the server asked for. */
    readonly retryAfterSeconds?: number,
  ) {
    super(`model.${kind}`, message);
  }
}

/** Whether it says something about the server, and not about one request only. */
export const mayConcernAll = (kind: ProviderErrorKind): boolean => triesBeforePause(kind, 0) !== undefined;

/**
 * Failures that may concern every request: after these many further tries the run pauses. `retries` is the experiment's
 * (`models.retries`).
 */
export function triesBeforePause(kind: ProviderErrorKind, retries: number): number | undefined {
  switch (kind) {
    case "unreachable":
    case "timeout":
    case "rate-limit":
    case "server":
    case "bad-body":
      return retries;
    case "rejected":
      return Math.min(1, retries);
    case "refused":
    case "too-long":
      return 0;
    default:
      return undefined;
  }
}
