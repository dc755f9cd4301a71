/** What VS Code passes to `activate`, in memory. */
import type * as vscode from "vscode";
import { EventEmitter } from "./events.ts";
import { partly } from "./parts.ts";
import { Uri } from "./uri.ts";

export function secretStorage(): vscode.SecretStorage {
  const secrets = new Map<string, string>();
  const changed = new EventEmitter<vscode.SecretStorageChangeEvent>();
  return {
    get: async (key) => secrets.get(key),
    store: async (key, value) => {
      secrets.set(key, value);
      changed.fire({ key });
    },
    delete: async (key) => {
      secrets.delete(key);
      changed.fire({ key });
    },
    onDidChange: changed.event,
  };
}

export function memento(): vscode.Memento {
  const memory = new Map<string, unknown>();
  return {
    keys: () => [...memory.keys()],
    get: <T>(key: string, initial?: T): T => (memory.get(key) ?? initial) as T,
    update: async (key, value) => void memory.set(key, value),
  };
}

/** @param folder where the extension lies */
export const extensionContext = (folder: string): vscode.ExtensionContext =>
  partly<vscode.ExtensionContext>({
    subscriptions: [],
    extensionUri: Uri.file(folder),
    secrets: secretStorage(),
    workspaceState: memento(),
    globalState: { ...memento(), setKeysForSync: () => undefined },
    languageModelAccessInformation: { onDidChange: new EventEmitter<void>().event, canSendRequest: () => true },
  });
