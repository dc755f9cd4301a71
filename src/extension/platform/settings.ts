/** Every setting of the extension with its type and default; package.json documents them and is checked against this. */
import { type ConfigurationScope, workspace } from "vscode";

export interface Settings {
  "lerl.resumeAfterReload": boolean;
  "lerl.runNotification": boolean;
  "lerl.models.editorConcurrency": number;
  "lerl.models.editorCallLimit": number;
}

export type SettingName = keyof Settings;

export const settingDefaults: Readonly<Settings> = {
  "lerl.resumeAfterReload": true,
  "lerl.runNotification": true,
  "lerl.models.editorConcurrency": 2,
  "lerl.models.editorCallLimit": 1000,
};

/** The value in force. */
export function setting<S extends SettingName>(name: S, scope?: ConfigurationScope): Settings[S] {
  return workspace.getConfiguration(undefined, scope).get<Settings[S]>(name, settingDefaults[name]);
}
