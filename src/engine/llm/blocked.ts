/** Why nothing goes on until a person, or time, changes something. */
import type { ProviderError, ProviderErrorKind } from "./errors.ts";

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
  /** The wait the server asked for: it is not asked before. */
  readonly retryAfterSeconds?: number;
}

export type Blocked = BudgetReached | ModelUnreachable;

/** However long a server asks to wait, it is asked again after a day. Seconds. */
const LONGEST_WAIT = 86_400;

export function unreachable({ kind, message, retryAfterSeconds }: ProviderError, attempts: number): Blocked {
  const blocked = { kind: "unreachable", cause: kind, attempts, message } as const;
  if (retryAfterSeconds === undefined || retryAfterSeconds < 1) return blocked;
  const wait = Math.min(LONGEST_WAIT, retryAfterSeconds);
  return { ...blocked, message: `${message} It asks to wait ${until(wait)}.`, retryAfterSeconds: wait };
}

/** `59 min, until 15:04`, `7 h, until 30 Nov, 02:10` */
function until(seconds: number): string {
  const now = new Date();
  const end = new Date(now.getTime() + seconds * 1000);
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  const day = end.getDate() === now.getDate() ? {} : ({ day: "numeric", month: "short" } as const);
  return `${lengthOf(seconds)}, until ${end.toLocaleString("en-GB", { ...day, ...time })}`;
}

function lengthOf(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}
