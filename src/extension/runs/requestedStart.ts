/**
 * `npm start` names an experiment in the environment: its Studio is opened when the window first uses LERL, and with
 * `--run` it is started too. The id tells the request from a reload of the window, which has the same environment.
 */
import { type Memento, Uri, workspace } from "vscode";
import { executeCommand } from "../platform/commands.ts";
import type { Launcher } from "./launcher.ts";

const MEMORY_KEY = "lerl.requestedStart";

interface RequestedStartServices {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly memory: Pick<Memento, "get" | "update">;
  readonly launcher: Pick<Launcher, "start">;
}

/** @throws what `Launcher.start` throws */
export async function obeyRequestedStart({ environment, memory, launcher }: RequestedStartServices): Promise<void> {
  const { LERL_START_FILE: file, LERL_START_ID: id, LERL_START_RUN: run } = environment;
  if (!file || !id || memory.get(MEMORY_KEY) === id) return;
  const uri = Uri.file(file);
  if (!workspace.getWorkspaceFolder(uri)) return;
  await memory.update(MEMORY_KEY, id);
  await executeCommand("lerl.openStudio", uri);
  if (run) await launcher.start(uri);
}
