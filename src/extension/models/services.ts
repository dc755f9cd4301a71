/** What the Models room is given. */
import type { LogOutputChannel } from "vscode";
import type { EngineClient } from "../engine/engineClient.ts";
import type { ExperimentIndex } from "../experiments/experimentIndex.ts";
import type { AllowedVariables } from "../platform/allowedVariables.ts";
import type { ApiKeys } from "../platform/secrets.ts";
import type { EditorModels } from "./editorModels.ts";

export interface ModelsServices {
  readonly log: LogOutputChannel;
  readonly engine: Pick<EngineClient, "request">;
  readonly files: ExperimentIndex;
  readonly keys: ApiKeys;
  readonly allowedVariables: AllowedVariables;
  readonly editorModels: Pick<EditorModels, "consent">;
}
