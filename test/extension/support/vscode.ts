/**
 * A fake `vscode` module for the specs: the parts of the API that the extension uses, in memory and on the real file
 * system. Vitest resolves `vscode` to it. Tests steer it through `host` and `events`. contract.ts compares all of it
 * with @types/vscode.
 */
import { Disposable } from "./vscode/events.ts";
import { host } from "./vscode/host.ts";
import type { Part } from "./vscode/parts.ts";

export { extensionContext, memento, secretStorage } from "./vscode/context.ts";
export * from "./vscode/enums.ts";
export * from "./vscode/events.ts";
export { changeOf, events, host, resetHost, saveOf } from "./vscode/host.ts";
export * from "./vscode/languages.ts";
export * from "./vscode/languageValues.ts";
export * from "./vscode/modelValues.ts";
export { notFaked, partly } from "./vscode/parts.ts";
export * from "./vscode/positions.ts";
export * from "./vscode/tasks.ts";
export { TextDocument } from "./vscode/textDocument.ts";
export * from "./vscode/uri.ts";
export * from "./vscode/values.ts";
export { window } from "./vscode/window.ts";
export { openDocument, workspace } from "./vscode/workspace.ts";
export * from "./vscode/workspaceEdit.ts";

export const commands: Part<"commands"> = {
  registerCommand: (id, handler: (...args: never[]) => unknown) => {
    if (host.commands.has(id)) throw new Error(`command '${id}' already exists`);
    host.commands.set(id, handler);
    return new Disposable(() => host.commands.delete(id));
  },
  executeCommand: async <T>(id: string, ...args: unknown[]): Promise<T> => {
    const own = host.commands.get(id);
    if (own) return own(...(args as never[])) as T;
    if (id === "setContext") host.contexts.set(String(args[0]), args[1]);
    else host.executed.push({ command: id, args });
    return undefined as T;
  },
  getCommands: async () => [...host.commands.keys()],
};

type TextValues = readonly (string | number | boolean)[] | readonly [Readonly<Record<string, unknown>>];

function text(message: string | object, ...args: TextValues): string {
  if (typeof message !== "string") throw new Error("The fake vscode has no l10n.t with a comment.");
  const [first] = args;
  const values = (typeof first === "object" ? first : args) as Readonly<Record<string, unknown>>;
  return message.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key]));
}

export const l10n: Part<"l10n"> = { t: text };

export const env: Part<"env"> = {
  language: "en",
  remoteName: undefined,
  clipboard: {
    readText: async () => host.clipboard,
    writeText: async (written) => {
      host.clipboard = written;
    },
  },
};

export const lm: Part<"lm"> = { selectChatModels: async () => host.models };
