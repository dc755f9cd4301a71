/**
 * How messages are described and checked. A schema per message gives the type both sides are compiled with and the check
 * the receiver makes, so that what does not fit is one clear error where it arrives.
 *
 * All schemas of messages are written with `zod/mini`, which leaves out what is not used: the page has them too. Unknown
 * keys are refused in parameters, where a misspelt one would silently do nothing. In answers, notifications and events
 * they are dropped: rows of a run folder, and a side that was updated first, may know more than their reader.
 */
import type * as z from "zod/mini";
import { safeParse } from "zod/mini";
import type { Immutable } from "./immutable.ts";
import { misfit } from "./misfit.ts";

export interface RequestSchemas {
  readonly params: z.ZodMiniType;
  readonly result: z.ZodMiniType;
}

type Requests = Readonly<Record<string, RequestSchemas>>;
type Messages = Readonly<Record<string, z.ZodMiniType>>;

/** Parameters and results by method, from a map of schemas. */
export type RequestsOf<M extends Requests> = {
  readonly [K in keyof M]: {
    readonly params: Immutable<z.output<M[K]["params"]>>;
    readonly result: Immutable<z.output<M[K]["result"]>>;
  };
};

/** Data by name, from a map of schemas. */
export type MessagesOf<M extends Messages> = { readonly [K in keyof M]: Immutable<z.output<M[K]>> };

/** A message that is not what the contract says; the text names it and the place in it. */
export class ContractError extends Error {
  override readonly name = "ContractError";
}

/** Whether a map has an entry of that name of its own. */
export const knows = <M extends Requests | Messages>(schemas: M, name: string): name is keyof M & string =>
  Object.hasOwn(schemas, name);

/** @throws ContractError, for example `runs/start: params.experimentText: expected string` */
export function checkParams<M extends Requests, K extends keyof M & string>(
  schemas: M,
  method: K,
  value: unknown,
): RequestsOf<M>[K]["params"] {
  return check(method, "params", schemas[method]?.params, value) as RequestsOf<M>[K]["params"];
}

/** @throws ContractError, for example `runs/list: result.0.id: expected string` */
export function checkResult<M extends Requests, K extends keyof M & string>(
  schemas: M,
  method: K,
  value: unknown,
): RequestsOf<M>[K]["result"] {
  return check(method, "result", schemas[method]?.result, value) as RequestsOf<M>[K]["result"];
}

/** @throws ContractError, for example `run/progress: data.fraction: expected number` */
export function checkData<M extends Messages, K extends keyof M & string>(
  schemas: M,
  name: K,
  value: unknown,
): MessagesOf<M>[K] {
  return check(name, "data", schemas[name], value) as MessagesOf<M>[K];
}

function check(message: string, part: string, schema: z.ZodMiniType | undefined, value: unknown): unknown {
  if (!schema) throw new ContractError(`${message}: there is no such message`);
  const parsed = safeParse(schema, value);
  if (parsed.success) return parsed.data;
  throw new ContractError(`${message}: ${misfit(part, parsed.error.issues)}`);
}
