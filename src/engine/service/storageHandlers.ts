/** `storage/...`: what the workspace's `.lerl` holds. */
import { RunList } from "../store/runList.ts";
import { storageContents } from "../upkeep/contents.ts";
import type { HandlersOf } from "./handlers.ts";
import type { Workspace } from "./workspace.ts";

export function storageHandlers({ options }: Workspace): HandlersOf<"storage"> {
  const { workspaceFolder, now } = options;
  const runs = new RunList(workspaceFolder, () => undefined);
  return { "storage/list": async ({ path }) => [...(await storageContents(workspaceFolder, now, path, runs))] };
}
