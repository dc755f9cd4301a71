/** Every room of the extension, in the order in which they register. A new room adds its line here. */
import type { Disposable } from "vscode";
import { registerExperiments } from "./experiments/register.ts";
import { registerModels } from "./models/register.ts";
import { registerPrompts } from "./prompts/register.ts";
import { registerReflections } from "./reflections/register.ts";
import { registerRuns } from "./runs/register.ts";
import type { Services } from "./services.ts";
import { registerStudio } from "./studio/register.ts";

export const rooms: readonly ((services: Services) => Disposable)[] = [
  registerExperiments,
  registerRuns,
  registerModels,
  registerPrompts,
  registerReflections,
  registerStudio,
];
