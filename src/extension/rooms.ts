/** Every room of the extension and what it is given. A new room adds its lines here. */
import type { Disposable } from "vscode";
import { registerExperiments } from "./experiments/register.ts";
import type { ExperimentsServices } from "./experiments/services.ts";
import { registerModels } from "./models/register.ts";
import type { ModelsServices } from "./models/services.ts";
import { registerPrompts } from "./prompts/register.ts";
import type { PromptsServices } from "./prompts/services.ts";
import { registerReflections } from "./reflections/register.ts";
import type { ReflectionsServices } from "./reflections/services.ts";
import { registerRuns } from "./runs/register.ts";
import type { RunsServices } from "./runs/services.ts";
import { registerStudio, type StudioRoom } from "./studio/register.ts";
import { registerTrials } from "./trials/register.ts";
import type { TrialsServices } from "./trials/services.ts";
import { registerUpkeep } from "./upkeep/register.ts";
import type { UpkeepServices } from "./upkeep/services.ts";

/** What the rooms are given, built once per window. */
export type Services = ExperimentsServices &
  RunsServices &
  ModelsServices &
  PromptsServices &
  ReflectionsServices &
  TrialsServices &
  UpkeepServices &
  StudioRoom;

/** In the order in which they register. */
export const rooms: readonly ((services: Services) => Disposable)[] = [
  registerExperiments,
  registerRuns,
  registerModels,
  registerPrompts,
  registerReflections,
  registerTrials,
  registerUpkeep,
  registerStudio,
];
