/** What models were asked for, over all attempts, and how that is said. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";

export const modelUseSchema = z.object({
  /** Requests sent, failed ones and those of earlier processes included. */
  calls: z.int(),
  /** In and out. */
  tokens: z.int(),
  /** Of the tokens, read from servers' prefix caches; absent where none says. */
  cachedTokens: z.exactOptional(z.int()),
});
export type ModelUse = Immutable<z.output<typeof modelUseSchema>>;

const whole = new Intl.NumberFormat("en");

/** `6,120 of them read from the server's cache`; nothing where no server says. */
export const cachedText = ({ cachedTokens }: Pick<ModelUse, "cachedTokens">): string | undefined =>
  cachedTokens === undefined ? undefined : `${whole.format(cachedTokens)} of them read from the server's cache`;

/** `19 calls, 10,201 tokens, 6,120 of them read from the server's cache` */
export const modelUseText = (use: ModelUse): string =>
  [
    `${whole.format(use.calls)} ${use.calls === 1 ? "call" : "calls"}`,
    `${whole.format(use.tokens)} tokens`,
    ...[cachedText(use) ?? []].flat(),
  ].join(", ");
