/** The quickstart's folder in an editor, and an engine that answers with the engine's own functions. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TextDocument } from "vscode";
import { diagnose } from "../../../src/engine/prompts/prompt.ts";
import { RunStore } from "../../../src/extension/engine/runStore.ts";
import { ExperimentFiles } from "../../../src/extension/experiments/experimentFiles.ts";
import type { Services } from "../../../src/extension/services.ts";
import type { EngineRequests, PooledReflection } from "../../../src/protocol/engine.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import {
  EventEmitter,
  events,
  extensionContext,
  TextDocument as FakeDocument,
  host,
  resetHost,
  Uri,
  window,
} from "../support/vscode.ts";

const repository = resolve(import.meta.dirname, "../../..");

type Requests = { [M in keyof EngineRequests]?: (params: EngineRequests[M]["params"]) => unknown };

export interface TestEditor {
  readonly folder: string;
  readonly services: Services;
  readonly asked: { readonly method: string; readonly params: unknown }[];
  /** A notification of the engine. */
  notify(name: string, params: unknown): void;
  uri(name: string): Uri;
  /** Opens a text as the file of this name holds it, without writing it. */
  open(name: string, text: string): TextDocument;
  /** Types a new text. */
  type(document: TextDocument, text: string): void;
  dispose(): void;
}

export function openEditor(answers: Requests = {}): TestEditor {
  resetHost();
  const folder = mkdtempSync(join(tmpdir(), "lerl-prompts-"));
  cpSync(join(repository, "examples/quickstart"), folder, { recursive: true });
  host.folders = [{ uri: Uri.file(folder), name: "quickstart", index: 0 }];
  const notifications = new EventEmitter<{ name: string; params: unknown }>();
  const asked: { method: string; params: unknown }[] = [];
  const handlers: Requests = { "runs/list": () => [], "prompts/diagnose": ({ text }) => diagnose(text), ...answers };
  const engine = {
    state: { state: "ready" },
    onDidChangeState: new EventEmitter<unknown>().event,
    onDidDie: new EventEmitter<string>().event,
    on: (name: string, listener: (params: unknown) => void) =>
      notifications.event((sent) => void (sent.name === name && listener(sent.params))),
    request: async (method: keyof EngineRequests, params: never) => {
      asked.push({ method, params });
      const handler = handlers[method] as ((params: never) => unknown) | undefined;
      if (!handler) throw new Error(`not expected: ${method}`);
      return handler(params);
    },
  } as unknown as Services["engine"];
  const log = window.createOutputChannel() as unknown as Services["log"];
  const files = new ExperimentFiles(log);
  const runs = new RunStore(engine, log);
  const services = { context: extensionContext(folder), log, engine, files, runs } as unknown as Services;
  const uri = (name: string): Uri => Uri.file(join(folder, name));
  return {
    folder,
    services,
    asked,
    notify: (name, params) => notifications.fire({ name, params }),
    uri,
    open: (name, text) => {
      const document = new FakeDocument(uri(name), text, name.endsWith(".lerl.md") ? "lerl-prompt" : "lerl-experiment");
      host.documents.push(document);
      events.opened.fire(document);
      return document as unknown as TextDocument;
    },
    type: (document, text) => {
      const typed = document as unknown as FakeDocument;
      typed.replace(text);
      events.textDocument.fire({ document: typed });
    },
    dispose: () => {
      runs.dispose();
      files.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A finished run of the folder's quickstart. */
export const runOf = (folder: string, fields: Partial<RunRecord> = {}): RunRecord => ({
  schemaVersion: 1,
  id: "r-1",
  name: "Quickstart",
  note: "",
  experimentFile: join(folder, "quickstart.lerl.json"),
  experiment: experimentSchema.parse({ reflections: { k: 2 } }),
  seed: 1,
  state: "done",
  startedAt: "2026-01-01T00:00:00.000Z",
  activeSeconds: 1,
  iteration: 5,
  iterations: 5,
  prompts: [],
  engineVersion: "0",
  ...fields,
});

export async function until<T>(look: () => T | Promise<T>, milliseconds = 5000): Promise<NonNullable<T>> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found) return found as NonNullable<T>;
    if (Date.now() > end) throw new Error("nothing came of it");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export type Pool = readonly PooledReflection[];
