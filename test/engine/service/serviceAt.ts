/** The service of a workspace, in the test's process, with what it notified of. */
import { createService, type EngineService } from "../../../src/engine/service/service.ts";
import { RunFolder } from "../../../src/engine/store/runFolder.ts";
import type { EngineNotifications } from "../../../src/protocol/engine.ts";

export interface ServiceAt extends EngineService {
  /** Names and data of the notifications so far. */
  readonly notified: readonly (readonly [keyof EngineNotifications, unknown])[];
}

export function serviceAt(workspaceFolder: string): ServiceAt {
  const notified: [keyof EngineNotifications, unknown][] = [];
  const service = createService({
    workspaceFolder,
    notify: (name, params) => notified.push([name, params]),
    ask: () => Promise.reject(new Error("no editor")),
    now: () => new Date(),
    random: Math.random,
  });
  return { ...service, notified };
}

/** Whether somebody else could own a run's folder now. */
export async function isFree(folder: string): Promise<boolean> {
  try {
    const owned = await RunFolder.open(folder, () => new Date());
    await owned.release();
    return true;
  } catch {
    return false;
  }
}
