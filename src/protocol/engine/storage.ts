/** What `.lerl` holds, as it is listed to be cleaned up. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { storedKinds } from "./storedItems.ts";

export const storedItemSchema = z.object({
  /** Below `.lerl`, with slashes. */
  path: z.string(),
  kind: z.enum(storedKinds),
  /** What people call it. */
  name: z.string(),
  /** Of a file with several hard links its share. */
  bytes: z.number(),
  /** ISO time at which something of it was last written. */
  changedAt: z.string(),
  /** Why it must not be removed, as a sentence without its full stop. */
  stays: z.exactOptional(z.string()),
});
export type StoredItem = Immutable<z.output<typeof storedItemSchema>>;
