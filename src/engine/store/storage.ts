/** Where the engine keeps what it writes in a workspace. */
import { join } from "node:path";

/** Runs, suites, caches and trained user models: `.lerl`. */
export const storageFolder = (workspaceFolder: string): string => join(workspaceFolder, ".lerl");

/** Parsed data sets and models' answers; may be deleted at any time. @param storage `storageFolder` of the workspace */
export const cacheFolder = (storage: string): string => join(storage, "cache");

/** Models' answers, by request. */
export const answersFile = (storage: string): string => join(cacheFolder(storage), "answers.jsonl");
