/**
 * A fake `vscode` module for the specs: the parts of the API that the extension uses, in memory and on the real file
 * system. Vitest resolves `vscode` to it. Tests steer it through `host` and `events`.
 */
import { CancellationTokenSource, Disposable } from "./vscode/events.ts";
import { events, host, register } from "./vscode/host.ts";
import { Uri } from "./vscode/uri.ts";

export * from "./vscode/events.ts";
export { events, host, resetHost } from "./vscode/host.ts";
export * from "./vscode/languageValues.ts";
export * from "./vscode/text.ts";
export * from "./vscode/uri.ts";
export * from "./vscode/values.ts";
export { window } from "./vscode/window.ts";
export { workspace } from "./vscode/workspace.ts";

export const version = "1.100.0";

export const commands = {
  registerCommand: (id: string, handler: (...args: never[]) => unknown) => {
    if (host.commands.has(id)) throw new Error(`command '${id}' already exists`);
    host.commands.set(id, handler);
    return new Disposable(() => host.commands.delete(id));
  },
  executeCommand: async (id: string, ...args: unknown[]) => {
    const own = host.commands.get(id);
    if (own) return own(...(args as never[]));
    if (id === "setContext") host.contexts.set(String(args[0]), args[1]);
    else host.executed.push({ command: id, args });
    return undefined;
  },
  getCommands: async () => [...host.commands.keys()],
};

const plain = (message: string, ...args: unknown[]): string =>
  message.replace(/\{(\w+)\}/g, (_, key: string) => {
    const values = (typeof args[0] === "object" && args[0] !== null ? args[0] : args) as Record<string, unknown>;
    return String(values[key]);
  });

export const l10n = { t: plain };

export const env = {
  language: "en",
  clipboard: {
    readText: async () => host.clipboard,
    writeText: async (text: string) => {
      host.clipboard = text;
    },
  },
  openExternal: async (uri: unknown) => {
    host.shown.push(uri);
    return true;
  },
};

export const lm = {
  selectChatModels: async () => host.models,
  onDidChangeChatModels: events.models.event,
};

export const tasks = {
  executeTask: async (task: unknown) => void host.tasks.push(task),
  onDidEndTaskProcess: events.tasks.event,
};

/** `languages.register*Provider` and friends: each only keeps what was registered. */
export const languages = new Proxy({} as Record<string, (...args: unknown[]) => unknown>, {
  get:
    (_, name) =>
    (...args: unknown[]) => {
      if (name === "getDiagnostics") return host.diagnostics.get(String(args[0])) ?? [];
      if (name === "onDidChangeDiagnostics") return events.diagnostics.event(args[0] as () => void);
      if (name !== "createDiagnosticCollection") return register(String(name), ...args);
      const changed = (uri: Uri) => events.diagnostics.fire({ uris: [uri] });
      return {
        set: (uri: Uri, list: readonly unknown[]) => {
          host.diagnostics.set(uri.toString(), list);
          changed(uri);
        },
        get: (uri: Uri) => host.diagnostics.get(uri.toString()),
        delete: (uri: Uri) => {
          host.diagnostics.delete(uri.toString());
          changed(uri);
        },
        clear: () => host.diagnostics.clear(),
        dispose: () => undefined,
      };
    },
});

export const extensions = { getExtension: () => undefined };

/** What VS Code passes to `activate`. */
export function extensionContext(folder: string) {
  const secrets = new Map<string, string>();
  const memory = new Map<string, unknown>();
  const memento = {
    keys: () => [...memory.keys()],
    get: <T>(key: string, initial?: T) => (memory.get(key) as T) ?? initial,
    update: async (key: string, value: unknown) => void memory.set(key, value),
  };
  return {
    subscriptions: [] as { dispose(): unknown }[],
    extensionUri: Uri.file(folder),
    secrets: {
      get: async (key: string) => secrets.get(key),
      store: async (key: string, value: string) => void secrets.set(key, value),
      delete: async (key: string) => void secrets.delete(key),
    },
    workspaceState: memento,
    globalState: memento,
    languageModelAccessInformation: { canSendRequest: () => true },
    token: new CancellationTokenSource().token,
  };
}
