/**
 * The state behind the fake `vscode` module: what a test sets (settings, answers, trust, models) and what it reads
 * (messages, contexts, registered commands). `resetHost` gives every test a new one.
 */
import { Disposable, EventEmitter } from "./events.ts";
import type { TextDocument } from "./text.ts";
import type { Uri } from "./uri.ts";

export interface ShownMessage {
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
  readonly actions: readonly string[];
}

type Handler = (...args: never[]) => unknown;

function newState() {
  return {
    folders: [] as { uri: Uri; name: string; index: number }[],
    trusted: true,
    settings: new Map<string, unknown>(),
    commands: new Map<string, Handler>(),
    /** Commands of VS Code that were executed, with their arguments. */
    executed: [] as { readonly command: string; readonly args: readonly unknown[] }[],
    contexts: new Map<string, unknown>(),
    messages: [] as ShownMessage[],
    /** Chooses an action of a message; none by default. */
    answerMessage: (_message: ShownMessage): string | undefined => undefined,
    /** Answers quick picks: from the items' labels to the one chosen. */
    answerPick: (_items: readonly { readonly label: string }[]): unknown => undefined,
    answerInput: (_options: { readonly prompt?: string; readonly value?: string }): string | undefined => undefined,
    documents: [] as TextDocument[],
    shown: [] as unknown[],
    trees: new Map<string, { readonly options: unknown; readonly selection: unknown[] }>(),
    statusBarItems: [] as Record<string, unknown>[],
    progress: [] as { readonly title: string; readonly reports: unknown[]; cancel(): void }[],
    tasks: [] as unknown[],
    clipboard: "",
    /** Diagnostics by the file's Uri as text. */
    diagnostics: new Map<string, readonly unknown[]>(),
    /** Answers save dialogs; undefined: cancelled. */
    answerSave: (_options: { readonly defaultUri?: Uri }): Uri | undefined => undefined,
    models: [] as unknown[],
    activeTab: undefined as unknown,
    activeEditor: undefined as { readonly document: TextDocument } | undefined,
    logged: [] as string[],
    registrations: [] as { readonly kind: string; readonly args: readonly unknown[] }[],
  };
}

export type HostState = ReturnType<typeof newState>;

export const host: HostState = newState();

export const events = {
  textDocument: new EventEmitter<{ document: TextDocument }>(),
  opened: new EventEmitter<TextDocument>(),
  closed: new EventEmitter<TextDocument>(),
  saved: new EventEmitter<TextDocument>(),
  willSave: new EventEmitter<{ document: TextDocument; reason: number }>(),
  diagnostics: new EventEmitter<{ uris: readonly Uri[] }>(),
  folders: new EventEmitter<unknown>(),
  configuration: new EventEmitter<{ affectsConfiguration(name: string): boolean }>(),
  trust: new EventEmitter<void>(),
  editor: new EventEmitter<unknown>(),
  tabs: new EventEmitter<unknown>(),
  models: new EventEmitter<void>(),
  tasks: new EventEmitter<unknown>(),
};

export function resetHost(): void {
  Object.assign(host, newState());
  for (const emitter of Object.values(events)) emitter.dispose();
}

/** A registration that only has to be counted and ended. */
export function register(kind: string, ...args: unknown[]): Disposable {
  const registration = { kind, args };
  host.registrations.push(registration);
  return new Disposable(() => {
    host.registrations = host.registrations.filter((other) => other !== registration);
  });
}
