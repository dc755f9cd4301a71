/** What models were asked for, over all attempts. */
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
