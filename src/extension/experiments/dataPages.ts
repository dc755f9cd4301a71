/** What is understood of an experiment's data, as read-only pages: loaded by the engine, shown beside the experiment. */
import {
  type Disposable,
  type Event,
  EventEmitter,
  l10n,
  ProgressLocation,
  type TextDocumentContentProvider,
  Uri,
  ViewColumn,
  window,
  workspace,
} from "vscode";
import type { DataDescription, DataProgress } from "../../protocol/engine.ts";
import type { EngineClient } from "../engine/engineClient.ts";
import { withProgress } from "../platform/dialogs.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { fileName } from "../platform/documents.ts";
import { formatDuration, formatShare } from "../platform/format.ts";

const SCHEME = "lerl-data";

export class DataPages implements TextDocumentContentProvider, Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<Uri>());
  /** By the page's address. */
  private readonly pages = new Map<string, string>();

  readonly onDidChange: Event<Uri> = this.changed.event;

  constructor(private readonly engine: Pick<EngineClient, "request" | "on">) {
    this.owned.addAll(
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      workspace.onDidCloseTextDocument(({ uri }) => this.pages.delete(uri.toString())),
    );
  }

  /**
   * Loads the data and opens their page.
   * @param experimentFile need not be there yet
   * @throws EngineInputError for what is wrong with them, CancellationError
   */
  async show(experimentFile: Uri, experimentText: string): Promise<DataDescription> {
    const description = await this.load(experimentFile, experimentText);
    const uri = pageUri(experimentFile);
    this.pages.set(uri.toString(), pageText(description));
    this.changed.fire(uri);
    const document = await workspace.openTextDocument(uri);
    const isAlone = window.tabGroups.activeTabGroup.activeTab === undefined;
    const viewColumn = isAlone ? ViewColumn.Active : ViewColumn.Beside;
    await window.showTextDocument(document, { viewColumn, preserveFocus: true, preview: false });
    return description;
  }

  /** One that was restored with the window has to be asked for again: to read the data may take minutes. */
  provideTextDocumentContent(uri: Uri): string {
    return this.pages.get(uri.toString()) ?? l10n.t("Run LERL: Describe Data again to see this page.");
  }

  dispose(): void {
    this.owned.dispose();
  }

  private async load(experimentFile: Uri, experimentText: string): Promise<DataDescription> {
    const title = l10n.t("Reading the data of {0}", fileName(experimentFile));
    const options = { location: ProgressLocation.Notification, title, cancellable: true };
    return withProgress(options, async (progress, token) => {
      const file = experimentFile.fsPath;
      const listening = this.engine.on("data/progress", (news) => {
        if (news.experimentFile === file) progress.report({ message: progressText(news) });
      });
      try {
        return await this.engine.request("data/describe", { experimentFile: file, experimentText }, token);
      } finally {
        listening.dispose();
      }
    });
  }
}

/** The tab says whose data they are; the query holds the experiment's address. */
const pageUri = (experimentFile: Uri): Uri =>
  Uri.from({
    scheme: SCHEME,
    path: `/${l10n.t("Data of {0}", fileName(experimentFile).replace(/\.lerl\.json$/, ""))}.txt`,
    query: experimentFile.toString(),
  });

const pageText = ({ warnings, page }: DataDescription): string =>
  [...warnings.map((warning) => l10n.t("Warning: {0}", warning)), ...(warnings.length > 0 ? [""] : []), page, ""].join(
    "\n",
  );

function progressText({ doing, file, share, secondsLeft }: DataProgress): string {
  const done = formatShare(share);
  const text = doing === "checking" ? l10n.t("checking {0}, {1}", file, done) : l10n.t("reading {0}, {1}", file, done);
  return secondsLeft === undefined ? text : l10n.t("{0}, {1} left", text, formatDuration(secondsLeft));
}
