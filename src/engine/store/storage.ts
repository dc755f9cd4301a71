/** Where the engine keeps what it writes in a workspace. */
import { join } from "node:path";

/** Runs, suites, caches and trained user models: `.lerl`. */
export const storageFolder = (workspaceFolder: string): string => join(workspaceFolder, ".lerl");

/** Parsed data sets and models' answers; may be deleted at any time. */
export const cacheFolder = (workspaceFolder: string): string => join(storageFolder(workspaceFolder), "cache");
