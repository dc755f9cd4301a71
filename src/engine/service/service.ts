/** Protocol requests -> runs, files and models (src/protocol/engine.ts). One per engine process. */
import { dataHandlers } from "./dataHandlers.ts";
import type { Handlers } from "./handlers.ts";
import { modelHandlers } from "./modelHandlers.ts";
import { momentHandlers } from "./momentHandlers.ts";
import { promptHandlers } from "./promptHandlers.ts";
import { reflectionHandlers } from "./reflectionHandlers.ts";
import { runHandlers } from "./runHandlers.ts";
import { storageHandlers } from "./storageHandlers.ts";
import { suiteHandlers } from "./suiteHandlers.ts";
import { trialHandlers } from "./trialHandlers.ts";
import { type ServiceOptions, Workspace } from "./workspace.ts";

/** The service of one workspace, with what ends it. */
export interface EngineService {
  readonly handlers: Omit<Handlers, "engine/initialize" | "engine/shutdown">;
  readonly stop: () => Promise<void>;
}

export function createService(options: ServiceOptions): EngineService {
  const workspace = new Workspace(options);
  return {
    handlers: {
      "workspace/trust": async () => {
        workspace.trust();
        return null;
      },
      "files/allow": async (allowed) => {
        workspace.files.allow(allowed);
        return null;
      },
      "engine/ping": async () => ({ memoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20) }),
      ...runHandlers(workspace),
      ...trialHandlers(workspace),
      ...momentHandlers(workspace),
      ...reflectionHandlers(workspace),
      ...promptHandlers(workspace),
      ...modelHandlers(workspace),
      ...dataHandlers(workspace),
      ...storageHandlers(workspace),
      ...suiteHandlers(workspace),
    },
    stop: async () => {
      await Promise.all([workspace.runs.stopAll(), workspace.trials.stopAll()]);
    },
  };
}
