/** Rendered prompts beside their files: read-only documents that follow every keystroke. */
import {
  CancellationTokenSource,
  type Disposable,
  type Event,
  EventEmitter,
  type LogOutputChannel,
  l10n,
  languages,
  type TextDocumentContentProvider,
  Uri,
  ViewColumn,
  window,
  workspace,
} from "vscode";
import { DisposableStore } from "../platform/disposables.ts";
import { fileName } from "../platform/documents.ts";
import { messageOf, UserError } from "../platform/errors.ts";
import { PREVIEW_LANGUAGE, type PreviewContent, previewText } from "./previewText.ts";
import { openPrompt } from "./promptDocuments.ts";
import { firstChoice, type PreviewChoice, type PromptRenderer, type Rendering } from "./rendering.ts";

export const PREVIEW_SCHEME = "lerl-prompt-preview";

/** After the last keystroke. */
const SETTLE_MS = 120;

interface Preview {
  readonly uri: Uri;
  readonly prompt: Uri;
  choice: PreviewChoice;
  content: PreviewContent;
  timer?: NodeJS.Timeout | undefined;
  source?: CancellationTokenSource | undefined;
}

export class PromptPreviews implements TextDocumentContentProvider, Disposable {
  private readonly owned = new DisposableStore();
  private readonly previews = new Map<string, Preview>();
  private readonly changed = this.owned.add(new EventEmitter<Uri>());
  private readonly rendered = this.owned.add(new EventEmitter<void>());

  readonly onDidChange: Event<Uri> = this.changed.event;
  /** A preview was rendered anew: its user, step or token count may differ. */
  readonly onDidRender: Event<void> = this.rendered.event;

  constructor(
    private readonly renderer: PromptRenderer,
    private readonly log: LogOutputChannel,
  ) {
    this.owned.addAll(
      workspace.registerTextDocumentContentProvider(PREVIEW_SCHEME, this),
      workspace.onDidChangeTextDocument(({ document }) => this.refreshFor(document.uri)),
      workspace.onDidCloseTextDocument(({ uri }) => this.close(uri)),
    );
  }

  /** Opens the preview of a prompt beside it. */
  async open(prompt: Uri): Promise<void> {
    const { uri } = this.previewOf(prompt);
    const document = await workspace.openTextDocument(uri);
    await languages.setTextDocumentLanguage(document, PREVIEW_LANGUAGE);
    await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preserveFocus: true, preview: false });
    this.refresh(this.previewOf(prompt), 0);
  }

  /** A preview that was restored with the window begins when it is asked for. */
  provideTextDocumentContent(uri: Uri): string {
    const known = this.previews.get(uri.toString());
    if (known) return previewText(known.content);
    const preview = this.previewOf(Uri.parse(uri.query));
    this.refresh(preview, 0);
    return previewText(preview.content);
  }

  choiceOf(uri: Uri): PreviewChoice | undefined {
    return this.previews.get(uri.toString())?.choice;
  }

  renderingOf(uri: Uri): Rendering | undefined {
    return this.previews.get(uri.toString())?.content.rendering;
  }

  choose(uri: Uri, choice: Partial<PreviewChoice>): void {
    const preview = this.previews.get(uri.toString());
    if (!preview) return;
    preview.choice = { ...preview.choice, ...choice };
    this.refresh(preview, 0);
  }

  /** Something a rendering depends on changed: a prompt's text, an experiment, a pool. */
  refreshAll(): void {
    for (const preview of this.previews.values()) this.refresh(preview);
  }

  dispose(): void {
    for (const preview of this.previews.values()) stop(preview);
    this.previews.clear();
    this.owned.dispose();
  }

  private previewOf(prompt: Uri): Preview {
    const uri = previewUri(prompt);
    const known = this.previews.get(uri.toString());
    if (known) return known;
    const preview: Preview = { uri, prompt, choice: firstChoice, content: {} };
    this.previews.set(uri.toString(), preview);
    return preview;
  }

  private refreshFor(prompt: Uri): void {
    const preview = this.previews.get(previewUri(prompt).toString());
    if (preview) this.refresh(preview);
  }

  /** The newest text counts: a rendering under way is cancelled. */
  private refresh(preview: Preview, delay = SETTLE_MS): void {
    stop(preview);
    const source = new CancellationTokenSource();
    preview.source = source;
    preview.timer = setTimeout(() => void this.render(preview, source), delay);
  }

  private async render(preview: Preview, { token }: CancellationTokenSource): Promise<void> {
    let content: PreviewContent;
    try {
      const document = openPrompt(preview.prompt) ?? (await workspace.openTextDocument(preview.prompt));
      content = { rendering: await this.renderer.render(document, preview.choice, token) };
    } catch (error) {
      if (!(error instanceof UserError)) this.log.debug(messageOf(error));
      // The last rendering stays below the error: the place looked at does not jump away while one types.
      content = { ...preview.content, problem: messageOf(error) };
    }
    if (token.isCancellationRequested) return;
    preview.content = content;
    this.changed.fire(preview.uri);
    this.rendered.fire();
  }

  private close(uri: Uri): void {
    const preview = this.previews.get(uri.toString());
    if (!preview) return;
    stop(preview);
    this.previews.delete(uri.toString());
  }
}

function stop(preview: Preview): void {
  clearTimeout(preview.timer);
  preview.source?.cancel();
  preview.source?.dispose();
  preview.source = undefined;
}

/** The tab says whose preview it is; the query holds the prompt's address. */
export function previewUri(prompt: Uri): Uri {
  const name = fileName(prompt).replace(/\.lerl\.md$/, "");
  const path = `/${l10n.t("Preview of {0}", name)}`;
  return Uri.from({ scheme: PREVIEW_SCHEME, path, query: prompt.toString() });
}

/** The prompt a preview belongs to; a prompt is its own. */
export const promptOf = (uri: Uri): Uri => (uri.scheme === PREVIEW_SCHEME ? Uri.parse(uri.query) : uri);
