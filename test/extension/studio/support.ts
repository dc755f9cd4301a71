/** A Studio without an editor: a panel whose page is the test, and an engine that answers as the test says. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Webview, WebviewPanel, WebviewPanelOnDidChangeViewStateEvent } from "vscode";
import { RunStore } from "../../../src/extension/engine/runStore.ts";
import { TrialStore } from "../../../src/extension/engine/trialStore.ts";
import { ExperimentIndex } from "../../../src/extension/experiments/experimentIndex.ts";
import { ModelKeys } from "../../../src/extension/models/modelKeys.ts";
import { AllowedVariables } from "../../../src/extension/platform/allowedVariables.ts";
import { ApiKeys } from "../../../src/extension/platform/secrets.ts";
import { STUDIO_EDITOR } from "../../../src/extension/platform/views.ts";
import { Launcher } from "../../../src/extension/runs/launcher.ts";
import type { StudioServices } from "../../../src/extension/studio/services.ts";
import { StudioEditor } from "../../../src/extension/studio/studioEditor.ts";
import { TrialLauncher } from "../../../src/extension/trials/trialLauncher.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import type { HostToStudio, StudioEvents, StudioRequests } from "../../../src/protocol/studio.ts";
import { AnsweringEngine } from "../support/answeringEngine.ts";
import {
  changeOf,
  EventEmitter,
  events,
  extensionContext,
  host,
  openDocument,
  secretStorage,
  Uri,
  ViewColumn,
  window,
} from "../support/vscode.ts";

const repository = resolve(import.meta.dirname, "../../..");

/** The page's end: asks, and hears what the host says. */
export class FakePage {
  readonly heard: HostToStudio[] = [];
  private shown = true;
  /** How the panel was brought to the front. */
  readonly broughtUp: unknown[] = [];
  private readonly received = new EventEmitter<unknown>();
  private readonly disposed = new EventEmitter<void>();
  private readonly viewState = new EventEmitter<WebviewPanelOnDidChangeViewStateEvent>();
  private readonly arrived = new EventEmitter<HostToStudio>();
  private lastId = 0;

  readonly webview: Webview = {
    cspSource: "https://page.test",
    options: {},
    html: "",
    asWebviewUri: (uri) => Uri.parse(`https://page.test${uri.path}`),
    onDidReceiveMessage: this.received.event,
    postMessage: async (message: HostToStudio) => {
      const copy = structuredClone(message);
      this.heard.push(copy);
      this.arrived.fire(copy);
      return true;
    },
  };

  readonly panel: WebviewPanel = this.panelOf(() => this.shown);

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
    this.look(false);
  }

  show(): void {
    this.look(true);
  }

  close(): void {
    this.disposed.fire();
  }

  private look(shown: boolean): void {
    this.shown = shown;
    this.viewState.fire({ webviewPanel: this.panel });
  }

  private panelOf(shown: () => boolean): WebviewPanel {
    return {
      viewType: STUDIO_EDITOR,
      title: "",
      options: {},
      viewColumn: ViewColumn.One,
      webview: this.webview,
      get active() {
        return shown();
      },
      get visible() {
        return shown();
      },
      onDidChangeViewState: this.viewState.event,
      onDidDispose: this.disposed.event,
      reveal: (column, preserveFocus) => void this.broughtUp.push({ column, preserveFocus }),
      dispose: () => this.close(),
    };
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

export interface Studio {
  readonly folder: string;
  readonly experiment: Uri;
  readonly page: FakePage;
  readonly engine: AnsweringEngine;
  readonly services: StudioServices;
  readonly keys: ApiKeys;
  /** One for each action of the user's that may ask the editor's models. */
  readonly consents: readonly string[];
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
  const engine = new AnsweringEngine();
  const context = extensionContext(repository);
  const log = window.createOutputChannel("LERL", { log: true });
  const runs = new RunStore(engine.asClient(), log);
  const files = new ExperimentIndex(log);
  const keys = new ApiKeys(secretStorage());
  const consents: string[] = [];
  const editorModels = { consent: () => void consents.push("given") };
  const modelKeys = new ModelKeys(keys, new AllowedVariables(context.workspaceState), {});
  const launcher = new Launcher({ engine, runs, files, modelKeys, editorModels });
  const trials = new TrialStore(engine, log);
  const trialLauncher = new TrialLauncher({ engine, trials, files, modelKeys, editorModels });
  const services: StudioServices = { context, log, engine, runs, trials, files, launcher, trialLauncher };
  const editor = new StudioEditor(services);
  const pages: FakePage[] = [];
  const open = async (): Promise<FakePage> => {
    const page = new FakePage();
    pages.push(page);
    await editor.resolveCustomTextEditor(await openDocument(experiment), page.panel);
    return page;
  };
  return {
    folder,
    experiment,
    engine,
    services,
    keys,
    consents,
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
export const textOf = async (uri: Uri): Promise<string> => (await openDocument(uri)).getText();

/** Somebody else changes a document: the text editor, a checkout. */
export async function changeOutside(uri: Uri, text: string): Promise<void> {
  const document = await openDocument(uri);
  document.replace(text);
  events.textDocument.fire(changeOf(document));
}

export function runRecord(experiment: Uri, patch: Partial<RunRecord> = {}): RunRecord {
  return {
    schemaVersion: 9,
    id: "run-1",
    name: "Quickstart 1",
    note: "",
    experimentFile: experiment.fsPath,
    experiment: experimentSchema.parse({}),
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
