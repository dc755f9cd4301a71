/** The workspace's experiment and suite files, found once and watched, with what the trees and commands read of them. */
import {
  type Disposable,
  type Event,
  EventEmitter,
  type LogOutputChannel,
  RelativePattern,
  type Uri,
  workspace,
} from "vscode";
import type { PromptText, StartRun } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { DocumentProblem, ParsedDocument } from "../../protocol/parseExperiment.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { fileName, readText, readTextIfPresent } from "../platform/documents.ts";
import { messageOf } from "../platform/errors.ts";
import { EXCLUDED_FILES, EXPERIMENT_FILES, type FileKind, fileKind, resolveBeside } from "./experimentPaths.ts";

export interface IndexedFile {
  readonly uri: Uri;
  readonly kind: FileKind;
  /** The document's name, or the file's where it has none. */
  readonly name: string;
  readonly description: string;
  /** What is wrong with it; the first problem says it in the tree. */
  readonly problems: readonly DocumentProblem[];
  /** The document with defaults; absent for suites and where there are problems. */
  readonly experiment?: Experiment;
}

const MAX_FILES = 2000;
/** Files change in bursts (a checkout): one look after the last. */
const SETTLE_MS = 150;

export class ExperimentIndex implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<void>());
  private found: Promise<readonly IndexedFile[]> | undefined;
  private settling: NodeJS.Timeout | undefined;

  readonly onDidChange: Event<void> = this.changed.event;

  constructor(private readonly log: LogOutputChannel) {
    this.owned.add(
      workspace.onDidChangeTextDocument(({ document }) => {
        if (fileKind(document.uri)) this.refreshSoon();
      }),
    );
  }

  /** All files, by path. The first call looks for them and begins to watch. */
  all(): Promise<readonly IndexedFile[]> {
    if (!this.found) {
      this.watch();
      this.found = this.find();
    }
    return this.found;
  }

  refresh(): void {
    if (!this.found) return;
    this.found = this.find();
    this.changed.fire();
  }

  /** Reads one file as it stands in the editor. */
  async describe(uri: Uri): Promise<IndexedFile> {
    const kind = fileKind(uri) ?? "experiment";
    const text = await readText(uri);
    if (kind === "suite") return describeSuite(uri, text);
    const parsed = await parse(text);
    if (!parsed.ok) return { uri, kind, name: fileName(uri), description: "", problems: parsed.problems };
    const { name, description } = parsed.value;
    return { uri, kind, name, description, problems: [], experiment: parsed.value };
  }

  /** What a run of a file is started with: its text and its prompts', saved or not. */
  async startOf(uri: Uri): Promise<{ readonly start: StartRun; readonly experiment: Experiment | undefined }> {
    const experimentText = await readText(uri);
    const parsed = await parse(experimentText);
    const experiment = parsed.ok ? parsed.value : undefined;
    const [planner, critic] = await Promise.all([
      readPrompt(uri, experiment?.planner.prompt),
      readPrompt(uri, experiment?.critic.prompt),
    ]);
    const prompts = { ...(planner && { planner }), ...(critic && { critic }) };
    return { start: { experimentFile: uri.fsPath, experimentText, prompts }, experiment };
  }

  dispose(): void {
    clearTimeout(this.settling);
    this.owned.dispose();
  }

  private async find(): Promise<readonly IndexedFile[]> {
    const uris = await workspace.findFiles(EXPERIMENT_FILES, EXCLUDED_FILES, MAX_FILES);
    const files = await Promise.all(
      uris.map((uri) =>
        this.describe(uri).catch((error: unknown) => {
          // Deleted in the meantime, or unreadable: the tree shows the others.
          this.log.warn(`${uri.fsPath}: ${messageOf(error)}`);
          return undefined;
        }),
      ),
    );
    return files.filter((file) => file !== undefined).sort((a, b) => a.uri.path.localeCompare(b.uri.path));
  }

  private watch(): void {
    for (const folder of workspace.workspaceFolders ?? []) {
      const watcher = this.owned.add(workspace.createFileSystemWatcher(new RelativePattern(folder, EXPERIMENT_FILES)));
      this.owned.addAll(
        watcher.onDidCreate(() => this.refreshSoon()),
        watcher.onDidChange(() => this.refreshSoon()),
        watcher.onDidDelete(() => this.refreshSoon()),
      );
    }
    this.owned.add(workspace.onDidChangeWorkspaceFolders(() => this.refreshSoon()));
  }

  private refreshSoon(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.refresh(), SETTLE_MS);
  }
}

/** The schema library loads when the first document is read, not at activation. */
async function parse(text: string): Promise<ParsedDocument<Experiment>> {
  const { parseExperiment } = await import("../../protocol/parseExperiment.ts");
  return parseExperiment(text);
}

async function readPrompt(experimentFile: Uri, file: string | undefined): Promise<PromptText | undefined> {
  if (file === undefined) return undefined;
  const text = await readTextIfPresent(resolveBeside(experimentFile, file));
  return text === undefined ? undefined : { file, text };
}

async function describeSuite(uri: Uri, text: string): Promise<IndexedFile> {
  const { parseSuite } = await import("../../protocol/suite.ts");
  const parsed = parseSuite(text);
  if (!parsed.ok) return { uri, kind: "suite", name: fileName(uri), description: "", problems: parsed.problems };
  const { name, question } = parsed.value;
  return { uri, kind: "suite", name, description: question, problems: [] };
}
