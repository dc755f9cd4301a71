/** The kinds of field an experiment document has, with what the Studio shows beside them. */
import * as z from "zod";

/** What a number control shows beside its value. Written with `.meta({ unit })`. */
export type Unit =
  | "steps"
  | "items"
  | "users"
  | "sessions"
  | "temper"
  | "calls"
  | "tokens"
  | "USD"
  | "seconds"
  | "nats";

export const text = (description: string) => z.string().min(1).meta({ description });

export const count = (description: string, initial: number, min: number, max: number, unit?: Unit) =>
  z
    .int()
    .min(min)
    .max(max)
    .default(initial)
    .meta({ description, ...(unit && { unit }) });

export const real = (description: string, initial: number, min: number, max: number, unit?: Unit) =>
  z
    .number()
    .min(min)
    .max(max)
    .default(initial)
    .meta({ description, ...(unit && { unit }) });

export const flag = (description: string, initial: boolean) => z.boolean().default(initial).meta({ description });
