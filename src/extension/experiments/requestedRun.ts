/**
 * `npm start -- --run` names an experiment in the environment: it is started once, when the window first uses LERL.
 * The id tells the request from a reload of the window, which has the same environment.
 */
import { type Memento, Uri, workspace } from "vscode";
import type { Launcher } from "./launcher.ts";

const MEMORY = "lerl.requestedRun";

export interface RequestedRunServices {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly memory: Memento;
  readonly launcher: Pick<Launcher, "start">;
}

/** @throws what `Launcher.start` throws */
export async function startRequestedRun({ environment, memory, launcher }: RequestedRunServices): Promise<void> {
  const { LERL_START_RUN: file, LERL_START_ID: id } = environment;
  if (!file || !id || memory.get(MEMORY) === id) return;
  const uri = Uri.file(file);
  if (!workspace.getWorkspaceFolder(uri)) return;
  await memory.update(MEMORY, id);
  await launcher.start(uri);
}
