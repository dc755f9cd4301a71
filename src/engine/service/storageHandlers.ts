/** `storage/...`: what the workspace's `.lerl` holds. */
import { storageContents } from "../upkeep/contents.ts";
import type { HandlersOf } from "./handlers.ts";
import type { Workspace } from "./workspace.ts";

export function storageHandlers({ options }: Workspace): HandlersOf<"storage"> {
  return { "storage/list": async () => [...(await storageContents(options.workspaceFolder, options.now))] };
}
