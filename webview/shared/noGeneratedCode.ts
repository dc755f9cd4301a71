/**
 * The page's policy forbids code made from text, and reports even the schema library's question whether it may make some.
 * Imported before every schema: each settles this when it is made.
 */
import { config } from "zod/mini";

config({ jitless: true });
