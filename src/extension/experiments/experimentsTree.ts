/** The Experiments view: the workspace's experiment and suite files, with the prompt files an experiment names. */
import {
  type Disposable,
  EventEmitter,
  type LogOutputChannel,
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type Uri,
  window,
  workspace,
} from "vscode";
import { type PromptRole, promptRoles } from "../../protocol/promptRole.ts";
import type { RunStore } from "../engine/runStore.ts";
import { commandLink } from "../platform/commands.ts";
import { setContextKey } from "../platform/contextKeys.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { fileName } from "../platform/documents.ts";
import { messageOf } from "../platform/errors.ts";
import { views } from "../platform/views.ts";
import type { ExperimentIndex, IndexedFile } from "./experimentIndex.ts";
import { resolveBeside } from "./experimentPaths.ts";

/** A row: an experiment or suite file, or a prompt file below its experiment. */
type ExperimentNode =
  | { readonly kind: "file"; readonly uri: Uri; readonly file: IndexedFile }
  | { readonly kind: "prompt"; readonly uri: Uri; readonly role: PromptRole };

export function registerExperimentsTree(files: ExperimentIndex, runs: RunStore, log: LogOutputChannel): Disposable {
  const owned = new DisposableStore();
  const tree = owned.add(new ExperimentsTree(files, runs, log));
  owned.add(window.createTreeView(views.experiments, { treeDataProvider: tree, showCollapseAll: true }));
  return owned;
}

class ExperimentsTree implements TreeDataProvider<ExperimentNode>, Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<undefined>());
  private running = "";
  private shown = "";

  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly files: ExperimentIndex,
    private readonly runs: RunStore,
    private readonly log: LogOutputChannel,
  ) {
    this.owned.addAll(
      files.onDidChange(() => this.filesChanged()),
      runs.onDidChange(() => this.runsChanged()),
    );
  }

  async getChildren(node?: ExperimentNode): Promise<ExperimentNode[]> {
    if (node) return node.kind === "file" ? promptsOf(node.file) : [];
    try {
      const found = await this.files.all();
      setContextKey("lerl.noExperiments", found.length === 0);
      this.shown = found.map(rowText).join("\n");
      return found.map((file) => ({ kind: "file", uri: file.uri, file }));
    } catch (error) {
      this.log.error(messageOf(error));
      throw error;
    }
  }

  getTreeItem(node: ExperimentNode): TreeItem {
    return node.kind === "file" ? this.fileItem(node.file) : promptItem(node);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private fileItem(file: IndexedFile): TreeItem {
    const { uri, kind, name, problems } = file;
    const path = workspace.asRelativePath(uri);
    const active = kind === "experiment" && this.isRunning(uri);
    const item = new TreeItem(
      name,
      promptsOf(file).length > 0 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
    );
    item.id = uri.toString();
    item.description = path;
    item.contextValue = kind;
    item.iconPath = iconOf(file, active);
    item.tooltip = tooltipOf(file, path);
    item.command =
      kind === "experiment"
        ? commandLink("lerl.openStudio", l10n.t("Open Studio"), uri)
        : commandLink("lerl.openAsText", l10n.t("Open as Text"), uri);
    const state = active ? l10n.t("running") : problems.length > 0 ? l10n.t("has problems") : "";
    const what =
      kind === "experiment" ? l10n.t("Experiment {0}, {1}", name, path) : l10n.t("Suite {0}, {1}", name, path);
    item.accessibilityInformation = { label: state ? `${what}, ${state}` : what };
    return item;
  }

  private isRunning(uri: Uri): boolean {
    return this.runs.active.some(({ experimentFile }) => experimentFile === uri.fsPath);
  }

  /** Rows stay as they are while somebody types: one that is replaced under the pointer loses the click. */
  private filesChanged(): void {
    this.files.all().then(
      (found) => {
        if (found.map(rowText).join("\n") !== this.shown) this.changed.fire(undefined);
      },
      (error: unknown) => this.log.error(messageOf(error)),
    );
  }

  /** The rows show which experiments run: they change when that does, not with every iteration. */
  private runsChanged(): void {
    const running = this.runs.active.map(({ experimentFile }) => experimentFile).join("\n");
    if (running === this.running) return;
    this.running = running;
    this.changed.fire(undefined);
  }
}

/** Everything a file's rows are drawn from. */
function rowText(file: IndexedFile): string {
  const prompts = promptsOf(file).map(({ uri }) => uri.toString());
  return JSON.stringify([file.uri.toString(), file.name, file.description, file.problems, prompts]);
}

function promptsOf({ uri, experiment }: IndexedFile): ExperimentNode[] {
  if (!experiment) return [];
  return promptRoles
    .filter((role) => experiment[role].enabled)
    .map((role) => ({ kind: "prompt", uri: resolveBeside(uri, experiment[role].prompt), role }));
}

function promptItem({ uri, role }: Extract<ExperimentNode, { kind: "prompt" }>): TreeItem {
  const item = new TreeItem(fileName(uri));
  const meaning = role === "planner" ? l10n.t("planner prompt") : l10n.t("critic prompt");
  item.description = meaning;
  item.contextValue = "prompt";
  item.iconPath = new ThemeIcon("comment-draft");
  item.resourceUri = uri;
  item.command = { command: "vscode.open", title: l10n.t("Open"), arguments: [uri] };
  item.accessibilityInformation = { label: `${item.label}, ${meaning}` };
  return item;
}

function iconOf({ kind, problems }: IndexedFile, running: boolean): ThemeIcon {
  if (problems.length > 0) return new ThemeIcon("warning", new ThemeColor("list.warningForeground"));
  if (running) return new ThemeIcon("loading~spin");
  return new ThemeIcon(kind === "suite" ? "list-tree" : "beaker");
}

function tooltipOf({ name, description, problems }: IndexedFile, path: string): MarkdownString {
  const tooltip = new MarkdownString("", true);
  tooltip.appendMarkdown("**").appendText(name).appendMarkdown("**\n\n");
  if (description) tooltip.appendText(description).appendMarkdown("\n\n");
  tooltip.appendText(path);
  for (const { line, path: where, message } of problems.slice(0, 5)) {
    tooltip
      .appendMarkdown("\n\n$(warning) ")
      .appendText(l10n.t("Line {0}: {1}", line, where ? `${where}: ${message}` : message));
  }
  return tooltip;
}
