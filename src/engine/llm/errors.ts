/** What can go wrong with a model, told apart by what is to be done about it. */
import { LerlError } from "../errors.ts";

/**
 * - `unreachable`: no connection, or it broke
 * - `timeout`: no answer in time
 * - `rate-limit`: asked to slow down
 * - `server`: a failure of the server's own (5xx)
 * - `bad-body`: answered, but not with a completion
 * - `format`: the server does not know an option that can be left out; sent again without it
 * - `request`: this request can never succeed, for example too long for the model
 * - `refused`: no request will succeed until a person changes something: key, model name, consent
 * - `miss`: the replay provider has no recorded answer
 */
export type ProviderErrorKind =
  | "unreachable"
  | "timeout"
  | "rate-limit"
  | "server"
  | "bad-body"
  | "format"
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

/** Failures worth another try. */
export const retryable: ReadonlySet<ProviderErrorKind> = new Set([
  "unreachable",
  "timeout",
  "rate-limit",
  "server",
  "bad-body",
]);

/** Failures that are not about the request: nothing else would succeed either, so the run pauses. */
export const pausing: ReadonlySet<ProviderErrorKind> = new Set([
  "unreachable",
  "timeout",
  "rate-limit",
  "server",
  "refused",
]);

/** A budget of the run. */
export interface BudgetReached {
  readonly kind: "budget";
  readonly limit: "calls" | "tokens" | "cost";
  /** Used so far, in calls, tokens or US dollars. */
  readonly used: number;
  readonly allowed: number;
  readonly message: string;
}

export interface ModelUnreachable {
  readonly kind: "unreachable";
  readonly cause: ProviderErrorKind;
  /** Requests sent in vain. */
  readonly attempts: number;
  readonly message: string;
}

/** Why nothing goes on until a person, or time, changes something. */
export type Blocked = BudgetReached | ModelUnreachable;
