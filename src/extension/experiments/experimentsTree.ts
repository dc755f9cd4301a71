/** The Experiments view: the workspace's experiment and suite files, with an experiment's prompt files and its trials. */
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
import type { TrialStore } from "../engine/trialStore.ts";
import { commandLink } from "../platform/commands.ts";
import { setContextKey } from "../platform/contextKeys.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { fileName } from "../platform/documents.ts";
import { messageOf } from "../platform/errors.ts";
import { escapeMarkdown } from "../platform/inert.ts";
import { views } from "../platform/views.ts";
import type { ExperimentIndex, IndexedFile } from "./experimentIndex.ts";
import { resolveBeside } from "./experimentPaths.ts";
import { type TrialNode, TrialRows } from "./trialRows.ts";

interface PromptNode {
  readonly kind: "prompt";
  readonly uri: Uri;
  readonly role: PromptRole;
}

/** A row: an experiment or suite file; below its experiment a prompt file, or a trial. */
type ExperimentNode = { readonly kind: "file"; readonly uri: Uri; readonly file: IndexedFile } | PromptNode | TrialNode;

interface ExperimentsTreeServices {
  readonly files: ExperimentIndex;
  readonly runs: RunStore;
  readonly trials: TrialStore;
  readonly log: LogOutputChannel;
}

export function registerExperimentsTree(services: ExperimentsTreeServices): Disposable {
  const owned = new DisposableStore();
  const tree = owned.add(new ExperimentsTree(services));
  owned.add(window.createTreeView(views.experiments, { treeDataProvider: tree, showCollapseAll: true }));
  return owned;
}

export class ExperimentsTree implements TreeDataProvider<ExperimentNode>, Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<TrialNode | undefined>());
  private readonly trials: TrialRows;
  private running = "";
  private shown = "";

  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly services: ExperimentsTreeServices) {
    const { files, runs, trials, log } = services;
    this.trials = this.owned.add(new TrialRows(trials, log));
    this.owned.addAll(
      files.onDidChange(() => this.filesChanged()),
      runs.onDidChange(() => this.runsChanged()),
      this.trials.onDidChange((row) => this.changed.fire(row)),
    );
  }

  async getChildren(node?: ExperimentNode): Promise<ExperimentNode[]> {
    if (node) return node.kind === "file" ? this.rowsBelow(node.file) : [];
    try {
      const found = await this.services.files.all();
      setContextKey("lerl.noExperiments", found.length === 0);
      this.shown = found.map(rowText).join("\n");
      return found.map((file) => ({ kind: "file", uri: file.uri, file }));
    } catch (error) {
      this.services.log.error(messageOf(error));
      throw error;
    }
  }

  getTreeItem(node: ExperimentNode): TreeItem {
    if (node.kind === "trial") return this.trials.item(node);
    return node.kind === "file" ? this.fileItem(node.file) : promptItem(node);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private fileItem(file: IndexedFile): TreeItem {
    const { uri, kind, name, problems } = file;
    const path = workspace.asRelativePath(uri);
    const active = kind === "experiment" && this.isRunning(uri);
    const hasRows = promptsOf(file).length > 0 || this.trials.hasAny(uri.fsPath);
    const item = new TreeItem(name, hasRows ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None);
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

  private rowsBelow(file: IndexedFile): ExperimentNode[] {
    return file.kind === "experiment" ? [...promptsOf(file), ...this.trials.of(file.uri.fsPath)] : [];
  }

  private isRunning(uri: Uri): boolean {
    return this.services.runs.active.some(({ experimentFile }) => experimentFile === uri.fsPath);
  }

  /** Rows stay as they are while somebody types: one that is replaced under the pointer loses the click. */
  private filesChanged(): void {
    this.services.files.all().then(
      (found) => {
        if (found.map(rowText).join("\n") !== this.shown) this.changed.fire(undefined);
      },
      (error: unknown) => this.services.log.error(messageOf(error)),
    );
  }

  /** The rows show which experiments run: they change when that does, not with every iteration. */
  private runsChanged(): void {
    const running = this.services.runs.active.map(({ experimentFile }) => experimentFile).join("\n");
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

function promptsOf({ uri, experiment }: IndexedFile): PromptNode[] {
  if (!experiment) return [];
  return promptRoles
    .filter((role) => experiment[role].enabled)
    .map((role) => ({ kind: "prompt", uri: resolveBeside(uri, experiment[role].prompt), role }));
}

function promptItem({ uri, role }: PromptNode): TreeItem {
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
  tooltip.appendMarkdown(`**${escapeMarkdown(name)}**\n\n`);
  if (description) tooltip.appendMarkdown(`${escapeMarkdown(description)}\n\n`);
  tooltip.appendMarkdown(escapeMarkdown(path));
  for (const { line, path: where, message } of problems.slice(0, 5)) {
    const problem = l10n.t("Line {0}: {1}", line, where ? `${where}: ${message}` : message);
    tooltip.appendMarkdown(`\n\n$(warning) ${escapeMarkdown(problem)}`);
  }
  return tooltip;
}
