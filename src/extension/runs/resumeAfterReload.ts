/**
 * A reload of the window ends the engine, which keeps checkpoints. What ran then goes on when LERL is used again
 * (setting lerl.resumeAfterReload), or is offered. A window that was closed for longer only shows it as interrupted.
 */
import { type Disposable, type LogOutputChannel, l10n, type Memento } from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import type { RunStore } from "../engine/runStore.ts";
import { showInformationMessage } from "../platform/dialogs.ts";
import { showError } from "../platform/errors.ts";
import { setting } from "../platform/settings.ts";
import type { Launcher } from "./launcher.ts";

const MEMORY_KEY = "lerl.activeRuns";
/** An end longer ago than this was no reload. */
const RELOAD_MS = 2 * 60_000;

interface ReloadServices {
  readonly memory: Memento;
  readonly runs: Pick<RunStore, "active" | "get" | "isMine" | "load" | "onDidChange">;
  readonly launcher: Pick<Launcher, "continue" | "resume">;
  readonly log: LogOutputChannel;
  readonly now: () => Date;
}

export function resumeAfterReload(services: ReloadServices): Disposable {
  const { memory, runs, log } = services;
  const before = memory.get<readonly RunId[]>(MEMORY_KEY, []);
  if (before.length > 0) goOn(before, services).catch((error: unknown) => showError(log, error));
  let kept = before.join();
  return runs.onDidChange(() => {
    const active = runs.active.map(({ id }) => id);
    if (active.join() === kept) return;
    kept = active.join();
    void memory.update(MEMORY_KEY, active);
  });
}

async function goOn(before: readonly RunId[], services: ReloadServices): Promise<void> {
  const { runs, launcher, now } = services;
  await runs.load();
  const waiting = new Set(before);
  const listening = runs.onDidChange(() => void look());
  const look = async (): Promise<void> => {
    for (const record of [...waiting].flatMap((id) => runs.get(id) ?? [])) {
      // The old engine may still be writing its checkpoint.
      if (isActive(record.state) && !runs.isMine(record.id)) continue;
      waiting.delete(record.id);
      if (wasReloaded(record, now())) await resumeOrOffer(record, launcher);
    }
    for (const id of waiting) if (!runs.get(id)) waiting.delete(id);
    if (waiting.size === 0) listening.dispose();
  };
  await look();
}

/** Ended in good order, a moment ago: not in a future that a clock set back has made. A crash has no end: its run is offered by the tree. */
function wasReloaded({ state, endedAt }: RunRecord, now: Date): boolean {
  return state === "interrupted" && endedAt !== undefined && Math.abs(now.getTime() - Date.parse(endedAt)) < RELOAD_MS;
}

async function resumeOrOffer({ id, name }: RunRecord, launcher: ReloadServices["launcher"]): Promise<void> {
  if (setting("lerl.resumeAfterReload")) {
    await launcher.continue(id);
    return;
  }
  const resume = l10n.t("Resume");
  const answer = await showInformationMessage(
    l10n.t('"{0}" was interrupted by the reload of the window.', name),
    resume,
  );
  if (answer === resume) await launcher.resume(id);
}
