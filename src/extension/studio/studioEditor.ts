/** The custom editor for `*.lerl.json`, and which of its pages are open. */
import {
  type CustomTextEditorProvider,
  commands,
  type TextDocument,
  type Uri,
  ViewColumn,
  type WebviewPanel,
} from "vscode";
import type { RunRecord } from "../../protocol/run.ts";
import type { StudioEvents } from "../../protocol/studio.ts";
import { STUDIO_EDITOR } from "../platform/views.ts";
import { pageHtml, pageRoots } from "./pageHtml.ts";
import { runInSight } from "./runInSight.ts";
import type { StudioServices } from "./services.ts";
import type { StudioSession } from "./studioSession.ts";

export class StudioEditor implements CustomTextEditorProvider {
  private readonly sessions = new Map<WebviewPanel, StudioSession>();
  /** What a page that is being opened is to show. */
  private readonly awaited = new Map<string, StudioEvents["reveal"]>();

  constructor(private readonly services: StudioServices) {}

  async resolveCustomTextEditor(document: TextDocument, panel: WebviewPanel): Promise<void> {
    const { extensionUri } = this.services.context;
    // What the session needs (the schema library above all) loads while the page does.
    const loading = import("./studioSession.ts");
    const early: unknown[] = [];
    const keep = panel.webview.onDidReceiveMessage((message: unknown) => early.push(message));
    panel.webview.options = { enableScripts: true, localResourceRoots: pageRoots(extensionUri) };
    panel.webview.html = pageHtml(panel.webview, extensionUri, document.uri);
    const { StudioSession } = await loading;
    keep.dispose();
    const session = new StudioSession({ services: this.services, document, panel });
    this.sessions.set(panel, session);
    panel.onDidDispose(() => {
      this.sessions.delete(panel);
      session.dispose();
    });
    const key = document.uri.toString();
    const reveal = this.awaited.get(key);
    this.awaited.delete(key);
    if (reveal) session.reveal(reveal);
    for (const message of early) await session.receive(message);
  }

  /** Shows a part of an experiment's page, when it opens if it is not open. */
  reveal(file: Uri, reveal: StudioEvents["reveal"]): void {
    const open = this.pagesOf(file);
    if (open.length === 0) this.awaited.set(file.toString(), reveal);
    for (const session of open) session.reveal(reveal);
  }

  /** Shows a part of an experiment's page beside what is being worked on, which keeps the focus. */
  async showBeside(file: Uri, reveal: StudioEvents["reveal"]): Promise<void> {
    this.reveal(file, reveal);
    const [first, ...others] = this.pagesOf(file);
    if (!first) {
      const place = { viewColumn: ViewColumn.Beside, preserveFocus: true };
      await commands.executeCommand("vscode.openWith", file, STUDIO_EDITOR, place);
    } else if (![first, ...others].some(({ isVisible }) => isVisible)) first.show();
  }

  /** Whether somebody can see a page of the experiment. */
  shows(experimentFile: string): boolean {
    return [...this.sessions.values()].some(
      ({ document, isVisible }) => isVisible && document.uri.fsPath === experimentFile,
    );
  }

  /** The run that an experiment's page follows, or would. */
  runInSight(file: Uri): RunRecord | undefined {
    const [page] = this.pagesOf(file);
    return page ? page.currentRun : runInSight(this.services.runs, file.fsPath);
  }

  private pagesOf(file: Uri): readonly StudioSession[] {
    const key = file.toString();
    return [...this.sessions.values()].filter(({ document }) => document.uri.toString() === key);
  }
}
