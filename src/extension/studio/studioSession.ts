/**
 * One open Studio page: answers its requests and tells it what changes, for as long as it can be seen. A page that is
 * hidden is gone (its state is kept by VS Code) and asks for everything anew when it comes back.
 */
import { type TextDocument, TextDocumentSaveReason, type WebviewPanel, workspace } from "vscode";
import { experimentJsonSchema } from "../../protocol/experiment.ts";
import { promptRoles } from "../../protocol/promptRole.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import type {
  DocumentState,
  HostToStudio,
  PromptRole,
  StudioEvents,
  StudioHandlers,
  StudioSnapshot,
  StudioToHost,
} from "../../protocol/studio.ts";
import { resolveBeside } from "../experiments/experimentPaths.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { messageOf, UserError } from "../platform/errors.ts";
import { documentState } from "./experimentState.ts";
import { misunderstanding, readMessage } from "./messages.ts";
import { PageFeed } from "./pageFeed.ts";
import { PagePrompt } from "./pagePrompt.ts";
import { PageTrials } from "./pageTrials.ts";
import { requestHandlers } from "./requests.ts";
import { runInSight } from "./runInSight.ts";
import type { StudioServices } from "./services.ts";

interface StudioSessionOptions {
  readonly services: StudioServices;
  readonly document: TextDocument;
  readonly panel: WebviewPanel;
}

export class StudioSession {
  readonly document: TextDocument;
  readonly prompts: Readonly<Record<PromptRole, PagePrompt>>;
  readonly feed: PageFeed;
  private readonly owned = new DisposableStore();
  private readonly trials: PageTrials;
  private readonly handlers: StudioHandlers;
  /** The page listens. */
  private connected = false;
  private revealing: StudioEvents["reveal"] | undefined;
  /** A run that was asked for; it gives way to one that runs. */
  private chosen: RunId | undefined;
  /** What the page knows of the runs, to tell it only what is new. */
  private toldRuns = "";

  constructor(private readonly options: StudioSessionOptions) {
    const { services, document, panel } = options;
    this.document = document;
    this.feed = new PageFeed(
      (runId, cursor) => services.runs.slice(runId, cursor),
      (slice) => this.send("appended", slice),
    );
    const files = this.promptUris(documentState(document).experiment);
    this.prompts = {
      planner: this.owned.add(new PagePrompt("planner", files.planner)),
      critic: this.owned.add(new PagePrompt("critic", files.critic)),
    };
    this.trials = this.owned.add(
      new PageTrials(services.trials, document.uri.fsPath, {
        trials: (news) => this.send("trials", news),
        progress: (progress) => this.send("trialProgress", progress),
      }),
    );
    this.handlers = requestHandlers(this, services);
    this.owned.addAll(
      panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message)),
      panel.onDidChangeViewState(() => this.viewChanged()),
      ...promptRoles.map((role) => this.prompts[role].onDidChange((state) => this.send("prompt", state))),
      workspace.onDidChangeTextDocument((event) => event.document === document && this.documentChanged()),
      workspace.onDidSaveTextDocument((saved) => saved === document && this.documentChanged()),
      workspace.onWillSaveTextDocument((event) => {
        if (event.document === document && event.reason === TextDocumentSaveReason.Manual) this.savePrompts();
      }),
      workspace.onDidGrantWorkspaceTrust(() => this.send("trust", { trusted: true })),
      services.engine.onDidChangeState((state) => this.send("engine", state)),
      services.runs.onDidChange(() => this.sendRuns()),
      services.runs.onDidAppend((slice) => this.feed.append(slice)),
      services.runs.onDidProgress((progress) => this.send("progress", progress)),
    );
  }

  /** Whether somebody can see the page. */
  get isVisible(): boolean {
    return this.options.panel.visible;
  }

  /** The run the page follows. */
  get currentRun(): RunRecord | undefined {
    return runInSight(this.options.services.runs, this.document.uri.fsPath, this.chosen);
  }

  /** Shows a part of the page, now or when the page is ready. */
  reveal(reveal: StudioEvents["reveal"]): void {
    if (reveal.runId !== undefined) this.chosen = reveal.runId;
    if (!this.connected) {
      this.revealing = reveal;
      return;
    }
    this.sendRuns();
    this.trials.flush();
    this.send("reveal", reveal);
  }

  /** Brings the page to the front of its column; what is being worked on keeps the focus. */
  show(): void {
    this.options.panel.reveal(undefined, true);
  }

  /** Answers `ready`. Nothing in it waits for the engine: what it knows follows as an event. */
  async snapshot(): Promise<StudioSnapshot> {
    const { engine, runs, trials, log } = this.options.services;
    this.feed.reset();
    trials.load().catch((error: unknown) => log.warn(`The trials cannot be listed: ${messageOf(error)}`));
    runs.load().catch((error: unknown) => log.warn(`The runs cannot be listed: ${messageOf(error)}`));
    const document = documentState(this.document);
    const [planner, critic] = await Promise.all(promptRoles.map((role) => this.prompts[role].refresh()));
    this.connected = true;
    const told = this.runsAsTold();
    this.toldRuns = told.signature;
    return {
      document,
      prompts: { planner: planner ?? this.prompts.planner.state, critic: critic ?? this.prompts.critic.state },
      ...told.event,
      trials: this.trials.snapshot(),
      trusted: workspace.isTrusted,
      engine: engine.state,
      schema: experimentJsonSchema(),
    };
  }

  dispose(): void {
    this.connected = false;
    this.owned.dispose();
  }

  /** Takes a message of the page, whatever it holds. */
  async receive(raw: unknown): Promise<void> {
    const incoming = readMessage(raw);
    if (!incoming.ok) {
      this.options.services.log.warn(incoming.reason);
      if (incoming.id !== undefined)
        this.post({ kind: "failure", id: incoming.id, message: misunderstanding(incoming.reason) });
      return;
    }
    const { message } = incoming;
    try {
      this.post({ kind: "response", id: message.id, result: await this.answer(message) });
      if (message.method === "ready") this.greet();
    } catch (error) {
      const { log } = this.options.services;
      if (error instanceof UserError) log.info(`${message.method}: ${error.message}`);
      else log.error(`${message.method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      this.post({ kind: "failure", id: message.id, message: messageOf(error) });
    }
  }

  private answer<M extends StudioToHost["method"]>(message: Extract<StudioToHost, { method: M }>): Promise<unknown> {
    return this.handlers[message.method as M](message.params as never);
  }

  /** What a new page needs besides its snapshot. */
  private greet(): void {
    const { runs } = this.options.services;
    for (const { id } of runs.active) {
      const progress = runs.progress(id);
      if (progress) this.send("progress", progress);
    }
    for (const progress of this.trials.progress()) this.send("trialProgress", progress);
    if (this.revealing) this.send("reveal", this.revealing);
    this.revealing = undefined;
  }

  private viewChanged(): void {
    if (this.options.panel.visible) return;
    this.connected = false;
    this.feed.reset();
  }

  private documentChanged(): void {
    const state = documentState(this.document);
    this.send("document", state);
    if (state.experiment === undefined) return;
    const files = this.promptUris(state.experiment);
    for (const role of promptRoles) void this.prompts[role].locate(files[role]);
  }

  /** Where the experiment's prompts lie; an unreadable document keeps the usual names. */
  private promptUris(experiment: DocumentState["experiment"]) {
    const { uri } = this.document;
    return {
      planner: resolveBeside(uri, experiment?.planner.prompt ?? "planner.lerl.md"),
      critic: resolveBeside(uri, experiment?.critic.prompt ?? "critic.lerl.md"),
    };
  }

  /** Saving the experiment in the Studio saves what is edited beside it. */
  private savePrompts(): void {
    if (!this.options.panel.active) return;
    for (const role of promptRoles) {
      const file = this.prompts[role].file.toString();
      void workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.toString() === file)?.save();
    }
  }

  private sendRuns(): void {
    const { event, signature } = this.runsAsTold();
    if (!this.connected || signature === this.toldRuns) return;
    this.toldRuns = signature;
    this.send("runs", event);
  }

  /** Records change with every iteration; how far a run is comes as its progress, so that is no news. */
  private runsAsTold(): { readonly event: StudioEvents["runs"]; readonly signature: string } {
    const runs = this.options.services.runs.all;
    const currentRun = this.currentRun?.id;
    const signature = JSON.stringify([
      currentRun,
      runs.map(({ id, state, name, note, reason, summary, prompts }) => [
        id,
        state,
        name,
        note,
        reason,
        summary,
        prompts.length,
      ]),
    ]);
    return { event: { runs, ...(currentRun !== undefined && { currentRun }) }, signature };
  }

  /** A page that cannot be seen does not exist: nothing is sent to it. */
  private send<E extends keyof StudioEvents>(event: E, data: StudioEvents[E]): void {
    if (this.connected && this.options.panel.visible) this.post({ kind: "event", event, data } as HostToStudio);
  }

  private post(message: HostToStudio): void {
    void this.options.panel.webview.postMessage(message);
  }
}
