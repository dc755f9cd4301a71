/** A Studio without an editor: a panel whose page is the test, and an engine that keeps what it is asked. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { WebviewPanel } from "vscode";
import type { EngineClient } from "../../../src/extension/engine/engineClient.ts";
import { EngineInputError } from "../../../src/extension/engine/engineErrors.ts";
import { RunStore } from "../../../src/extension/engine/runStore.ts";
import { ExperimentIndex } from "../../../src/extension/experiments/experimentIndex.ts";
import { ApiKeys } from "../../../src/extension/platform/secrets.ts";
import type { Services } from "../../../src/extension/rooms.ts";
import { Launcher } from "../../../src/extension/runs/launcher.ts";
import { StudioEditor } from "../../../src/extension/studio/studioEditor.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import type { HostToStudio, StudioEvents, StudioRequests } from "../../../src/protocol/studio.ts";
import { EventEmitter, events, extensionContext, host, Uri, window, workspace } from "../support/vscode.ts";

const repository = resolve(import.meta.dirname, "../../..");

/** The page's end: asks, and hears what the host says. */
export class FakePage {
  readonly heard: HostToStudio[] = [];
  readonly viewState = new EventEmitter<unknown>();
  visible = true;
  active = true;
  private readonly received = new EventEmitter<unknown>();
  private readonly disposed = new EventEmitter<void>();
  private readonly arrived = new EventEmitter<HostToStudio>();
  private lastId = 0;

  readonly webview = {
    cspSource: "https://page.test",
    options: {},
    html: "",
    asWebviewUri: (uri: Uri) => `https://page.test${uri.path}`,
    onDidReceiveMessage: this.received.event,
    postMessage: async (message: HostToStudio) => {
      const copy = structuredClone(message);
      this.heard.push(copy);
      this.arrived.fire(copy);
      return true;
    },
  };

  readonly panel = Object.assign(this, {
    onDidChangeViewState: this.viewState.event,
    onDidDispose: this.disposed.event,
  }) as unknown as WebviewPanel;

  send(message: unknown): void {
    this.received.fire(message);
  }

  /** Rejects with the failure's message. */
  async ask<M extends keyof StudioRequests>(
    method: M,
    params: StudioRequests[M]["params"],
  ): Promise<StudioRequests[M]["result"]> {
    const id = ++this.lastId;
    const answer = this.next((message) => message.kind !== "event" && message.id === id);
    // A message is JSON by the time it arrives.
    this.send(JSON.parse(JSON.stringify({ kind: "request", id, method, params })));
    const message = await answer;
    if (message.kind === "failure") throw new Error(message.message);
    return (message as { result: StudioRequests[M]["result"] }).result;
  }

  /** The data of an event's occurrences so far. */
  events<E extends keyof StudioEvents>(event: E): StudioEvents[E][] {
    return this.heard.flatMap((message) =>
      message.kind === "event" && message.event === event ? [message.data as StudioEvents[E]] : [],
    );
  }

  hide(): void {
    this.visible = false;
    this.active = false;
    this.viewState.fire(undefined);
  }

  show(): void {
    this.visible = true;
    this.active = true;
    this.viewState.fire(undefined);
  }

  close(): void {
    this.disposed.fire();
  }

  private next(wanted: (message: HostToStudio) => boolean): Promise<HostToStudio> {
    return new Promise((settle) => {
      const listener = this.arrived.event((message) => {
        if (!wanted(message)) return;
        listener.dispose();
        settle(message);
      });
    });
  }
}

/** The engine as the client shows it: answers are set by the test. */
export class FakeEngine {
  readonly asked: { readonly method: string; readonly params: unknown }[] = [];
  readonly answers = new Map<string, (params: never) => unknown>([["runs/list", () => []]]);
  state = { state: "ready" as const };
  private readonly stateChanged = new EventEmitter<unknown>();
  private readonly died = new EventEmitter<string>();
  private readonly notifications = new Map<string, EventEmitter<unknown>>();
  readonly onDidChangeState = this.stateChanged.event;
  readonly onDidDie = this.died.event;

  on(name: string, listener: (params: unknown) => void) {
    const emitter = this.notifications.get(name) ?? new EventEmitter<unknown>();
    this.notifications.set(name, emitter);
    return emitter.event(listener);
  }

  notify(name: string, params: unknown): void {
    this.notifications.get(name)?.fire(params);
  }

  async request(method: string, params: unknown): Promise<unknown> {
    this.asked.push({ method, params });
    const answer = this.answers.get(method);
    if (!answer) throw new EngineInputError(`Nothing answers ${method}.`, undefined);
    return answer(params as never);
  }

  async restart(): Promise<void> {
    this.asked.push({ method: "restart", params: {} });
  }

  /** What was asked of one method. */
  paramsOf(method: string): unknown[] {
    return this.asked.filter((one) => one.method === method).map(({ params }) => params);
  }
}

export interface Studio {
  readonly folder: string;
  readonly experiment: Uri;
  readonly page: FakePage;
  readonly engine: FakeEngine;
  readonly services: Services;
  readonly editor: StudioEditor;
  readonly open: () => Promise<FakePage>;
  readonly end: () => void;
}

/** The quickstart example in a folder of its own, with its Studio open. */
export async function openStudio(prepare: (folder: string) => void = () => undefined): Promise<Studio> {
  const folder = mkdtempSync(join(tmpdir(), "lerl-studio-"));
  cpSync(join(repository, "examples", "quickstart"), folder, { recursive: true });
  prepare(folder);
  host.folders = [{ uri: Uri.file(folder), name: "quickstart", index: 0 }];
  const experiment = Uri.file(join(folder, "quickstart.lerl.json"));
  const engine = new FakeEngine();
  const context = extensionContext(repository);
  const log = window.createOutputChannel();
  const client = engine as unknown as EngineClient;
  const runs = new RunStore(client, log as unknown as Services["log"]);
  const files = new ExperimentIndex(log as unknown as Services["log"]);
  const keys = new ApiKeys(context.secrets as unknown as ConstructorParameters<typeof ApiKeys>[0]);
  const editorModels = { consent: () => undefined } as unknown as Services["editorModels"];
  const launcher = new Launcher({ engine: client, runs, files, keys, editorModels });
  const services = { context, log, engine: client, runs, files, launcher, keys, editorModels } as unknown as Services;
  const editor = new StudioEditor(services);
  const pages: FakePage[] = [];
  const open = async (): Promise<FakePage> => {
    const page = new FakePage();
    pages.push(page);
    const document = await workspace.openTextDocument(experiment);
    await editor.resolveCustomTextEditor(document as never, page.panel);
    return page;
  };
  return {
    folder,
    experiment,
    engine,
    services,
    editor,
    open,
    page: await open(),
    end: () => {
      for (const page of pages) page.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The text of a file as the editor holds it. */
export const textOf = async (uri: Uri): Promise<string> => (await workspace.openTextDocument(uri)).getText();

/** Somebody else changes a document: the text editor, a checkout. */
export async function changeOutside(uri: Uri, text: string): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  document.replace(text);
  events.textDocument.fire({ document });
}

export function runRecord(experiment: Uri, patch: Partial<RunRecord> = {}): RunRecord {
  return {
    schemaVersion: 1,
    id: "run-1",
    name: "Quickstart 1",
    note: "",
    experimentFile: experiment.fsPath,
    experiment: {},
    seed: 1,
    state: "done",
    startedAt: "2026-01-01T00:00:00.000Z",
    activeSeconds: 1,
    iteration: 10,
    iterations: 10,
    prompts: [],
    engineVersion: "0.1.0",
    ...patch,
  };
}
