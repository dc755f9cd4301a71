/** Every setting of the extension with its type and default; package.json documents them and is checked against this. */
import { workspace } from "vscode";

export interface Settings {
  "lerl.resumeAfterReload": boolean;
  "lerl.runNotification": boolean;
  "lerl.engine.memoryMb": number;
  "lerl.models.editorConcurrency": number;
  "lerl.models.editorCallLimit": number;
  "lerl.newExperiment.provider": "offline" | "openai" | "vscode";
  "lerl.newExperiment.baseUrl": string;
  "lerl.newExperiment.model": string;
  "lerl.newExperiment.concurrency": number;
  "lerl.newExperiment.maxCalls": number;
  "lerl.newExperiment.maxCost": number;
  "lerl.newExperiment.backend": "wasm" | "plain" | "tfjs";
}

type SettingName = keyof Settings;

export const settingDefaults: Readonly<Settings> = {
  "lerl.resumeAfterReload": true,
  "lerl.runNotification": true,
  "lerl.engine.memoryMb": 4096,
  "lerl.models.editorConcurrency": 2,
  "lerl.models.editorCallLimit": 1000,
  "lerl.newExperiment.provider": "offline",
  "lerl.newExperiment.baseUrl": "",
  "lerl.newExperiment.model": "",
  "lerl.newExperiment.concurrency": 16,
  "lerl.newExperiment.maxCalls": 0,
  "lerl.newExperiment.maxCost": 0,
  "lerl.newExperiment.backend": "wasm",
};

/** The value in force. */
export function setting<S extends SettingName>(name: S): Settings[S] {
  return workspace.getConfiguration().get<Settings[S]>(name, settingDefaults[name]);
}
