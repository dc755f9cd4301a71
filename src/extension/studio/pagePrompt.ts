/**
 * A prompt file as one page edits it: its text as the editor holds it, saved or not, whoever changed it last. Versions
 * count up with the text for as long as the page is open; the document's own count starts anew whenever VS Code closes
 * and reopens it.
 */
import {
  DiagnosticSeverity,
  type Disposable,
  type Event,
  EventEmitter,
  languages,
  RelativePattern,
  type TextDocument,
  Uri,
  workspace,
} from "vscode";
import type { Problem, PromptRole, PromptState } from "../../protocol/studio.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { fileName, fittedText, replaceText } from "../platform/documents.ts";

export class PagePrompt implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<PromptState>());
  private watcher: Disposable | undefined;
  private uri: Uri;
  private current: PromptState;
  /** The text being written, and the version it became. */
  private writing: { readonly text: string; version?: number } | undefined;

  readonly onDidChange: Event<PromptState> = this.changed.event;

  constructor(
    readonly role: PromptRole,
    uri: Uri,
  ) {
    this.uri = uri;
    this.current = { role, file: shown(uri), exists: false, version: 0, dirty: false, text: "", problems: [] };
    this.owned.addAll(
      workspace.onDidChangeTextDocument(({ document }) => this.heard(document)),
      workspace.onDidSaveTextDocument((document) => this.heard(document)),
      // Closed without being saved: the text is the disk's again.
      workspace.onDidCloseTextDocument((document) => this.isMine(document.uri) && void this.refresh()),
      languages.onDidChangeDiagnostics(({ uris }) => {
        if (uris.some((changed) => this.isMine(changed))) this.take({ problems: problemsOf(this.uri) });
      }),
    );
    this.watch();
  }

  get file(): Uri {
    return this.uri;
  }

  get state(): PromptState {
    return this.current;
  }

  /** Follows the experiment when it names another file. */
  async locate(uri: Uri): Promise<void> {
    if (this.isMine(uri)) return;
    this.uri = uri;
    this.watch();
    await this.refresh();
  }

  /** Looks at the file again. */
  async refresh(): Promise<PromptState> {
    const document = await this.open();
    this.take(document ? stateOf(document) : { exists: false, dirty: false, text: "", problems: [] });
    return this.current;
  }

  /**
   * Replaces the text, unless it has changed since the version the page has seen. `version` is the one in which the
   * document held this text.
   */
  async edit(text: string, version: number): Promise<{ accepted: boolean; version: number }> {
    const document = await this.open();
    if (document) this.take(stateOf(document));
    if (!document || version !== this.current.version) return { accepted: false, version: this.current.version };
    return this.write(document, fittedText(text, document));
  }

  /** Brings an earlier text back, over whatever stands there now; undo takes it away again. */
  async restore(text: string): Promise<boolean> {
    const document = await this.open();
    if (!document) return false;
    return (await this.write(document, fittedText(text, document))).accepted;
  }

  dispose(): void {
    this.watcher?.dispose();
    this.owned.dispose();
  }

  private async write(document: TextDocument, text: string): Promise<{ accepted: boolean; version: number }> {
    const writing: { readonly text: string; version?: number } = { text };
    this.writing = writing;
    const accepted = await replaceText(document, text);
    this.writing = undefined;
    this.take(stateOf(document));
    return { accepted, version: writing.version ?? this.current.version };
  }

  private async open(): Promise<TextDocument | undefined> {
    try {
      return await workspace.openTextDocument(this.uri);
    } catch {
      // There is no such file, or it is no text: both are told as missing.
      return undefined;
    }
  }

  private heard(document: TextDocument): void {
    if (this.isMine(document.uri)) this.take(stateOf(document));
  }

  private take(seen: Partial<Omit<PromptState, "role" | "file" | "version">>): void {
    const before = this.current;
    const next = { ...before, ...seen, file: shown(this.uri) };
    const version = next.text === before.text && next.exists === before.exists ? before.version : before.version + 1;
    if (JSON.stringify({ ...next, version }) === JSON.stringify(before)) return;
    this.current = { ...next, version };
    if (this.writing && next.text === this.writing.text) this.writing.version ??= version;
    this.changed.fire(this.current);
  }

  private watch(): void {
    this.watcher?.dispose();
    const folder = Uri.joinPath(this.uri, "..");
    const name = fileName(this.uri);
    const asItStands = name.replace(/[?*[\]{}]/g, "[$&]");
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, asItStands));
    const look = (): void => void this.refresh();
    watcher.onDidCreate(look);
    watcher.onDidChange(look);
    watcher.onDidDelete(look);
    this.watcher = watcher;
  }

  private isMine(uri: Uri): boolean {
    return uri.toString() === this.uri.toString();
  }
}

const shown = (uri: Uri): string => workspace.asRelativePath(uri, false);

function stateOf(document: TextDocument): Omit<PromptState, "role" | "file" | "version"> {
  return {
    exists: true,
    dirty: document.isDirty,
    text: document.getText(),
    problems: problemsOf(document.uri),
  };
}

/** What the Problems view says about the file. */
function problemsOf(uri: Uri): readonly Problem[] {
  return languages.getDiagnostics(uri).map(({ range, severity, message }) => ({
    line: range.start.line,
    column: range.start.character,
    severity:
      severity === DiagnosticSeverity.Error ? "error" : severity === DiagnosticSeverity.Warning ? "warning" : "info",
    message,
  }));
}
