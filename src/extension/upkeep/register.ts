/** The Upkeep room: what `.lerl` holds, and less of it. */
import type { Disposable } from "vscode";
import { registerCommand } from "../platform/commands.ts";
import { cleanUp } from "./cleanUp.ts";
import type { UpkeepServices } from "./services.ts";

export const registerUpkeep = (services: UpkeepServices): Disposable =>
  registerCommand(services.log, "lerl.cleanUp", () => cleanUp(services));
