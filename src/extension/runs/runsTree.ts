/** The Runs view: the workspace's runs, newest first, with the prompt versions each of them used. */
import {
  type Disposable,
  EventEmitter,
  l10n,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
} from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { PromptVersion, RunId, RunRecord } from "../../protocol/run.ts";
import type { RunStore } from "../engine/runStore.ts";
import { commandLink } from "../platform/commands.ts";
import { setContextKey } from "../platform/contextKeys.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { stateIcon } from "../platform/states.ts";
import { runLabel, runNumbers, runTooltip } from "./runRow.ts";

interface RunNode {
  readonly kind: "run";
  readonly runId: RunId;
}

/** A prompt as a run used it. */
interface PromptVersionNode extends Pick<PromptVersion, "role" | "hash"> {
  readonly kind: "promptVersion";
  readonly runId: RunId;
}

/** A folder whose record cannot be read. */
interface UnreadableNode {
  readonly kind: "unreadable";
  readonly runId: RunId;
  readonly problem: string;
}

export type RunsNode = RunNode | PromptVersionNode | UnreadableNode;

/** Rows of running runs are drawn anew at most this often. */
const REFRESH_MS = 500;

export class RunsTree implements TreeDataProvider<RunsNode>, Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<RunNode | undefined>());
  /** One object per run: VS Code knows rows by identity. */
  private readonly nodes = new Map<RunId, RunNode>();
  private readonly stale = new Set<RunId>();
  private timer: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly runs: RunStore) {
    this.owned.addAll(
      runs.onDidChange((runId) => (runId === undefined ? this.changed.fire(undefined) : this.refreshSoon(runId))),
      runs.onDidProgress(({ runId }) => this.refreshSoon(runId)),
    );
  }

  async getChildren(node?: RunsNode): Promise<RunsNode[]> {
    if (node) return node.kind === "run" ? this.versionsOf(node.runId) : [];
    await this.runs.load();
    const { all, unreadable } = this.runs;
    setContextKey("lerl.noRuns", all.length + unreadable.length === 0);
    const broken = unreadable.map(({ id, problem }): UnreadableNode => ({ kind: "unreadable", runId: id, problem }));
    return [...all.map(({ id }) => this.nodeOf(id)), ...broken];
  }

  getTreeItem(node: RunsNode): TreeItem {
    if (node.kind === "unreadable") return unreadableItem(node);
    const record = this.runs.get(node.runId);
    if (!record) return new TreeItem(node.runId);
    return node.kind === "run" ? this.runItem(record) : versionItem(node, record);
  }

  getParent(node: RunsNode): RunsNode | undefined {
    return node.kind === "promptVersion" ? this.nodeOf(node.runId) : undefined;
  }

  nodeOf(runId: RunId): RunNode {
    const known = this.nodes.get(runId);
    if (known) return known;
    const node: RunNode = { kind: "run", runId };
    this.nodes.set(runId, node);
    return node;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.owned.dispose();
  }

  private runItem(record: RunRecord): TreeItem {
    const { id, name, state, prompts } = record;
    const progress = this.runs.progress(id);
    const item = new TreeItem(
      name,
      prompts.length > 0 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
    );
    const ours = !isActive(state) || this.runs.isMine(id);
    item.id = id;
    item.description = runNumbers(record, progress);
    item.iconPath = stateIcon(state);
    item.tooltip = runTooltip(record, progress, new Date());
    item.contextValue = `run.${state}${ours ? ".mine" : ""}`;
    item.command = commandLink("lerl.openRun", l10n.t("Open Run in the Studio"), { runId: id });
    item.accessibilityInformation = { label: runLabel(record, progress) };
    return item;
  }

  private versionsOf(runId: RunId): PromptVersionNode[] {
    const { prompts = [] } = this.runs.get(runId) ?? {};
    return prompts.map(({ role, hash }) => ({ kind: "promptVersion", runId, role, hash }));
  }

  private refreshSoon(runId: RunId): void {
    this.stale.add(runId);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const id of this.stale) this.changed.fire(this.nodeOf(id));
      this.stale.clear();
    }, REFRESH_MS);
  }
}

function unreadableItem({ runId, problem }: UnreadableNode): TreeItem {
  // Why stands before the folder's long name, which a narrow side bar cuts off.
  const item = new TreeItem(l10n.t("Cannot be read"));
  item.id = `unreadable ${runId}`;
  item.description = runId;
  item.iconPath = new ThemeIcon("warning", new ThemeColor("list.warningForeground"));
  item.tooltip = l10n.t("{0}\n\nIts menu shows or deletes the folder.", problem);
  item.contextValue = "unreadableRun";
  item.accessibilityInformation = { label: l10n.t("Run {0} cannot be read: {1}", runId, problem) };
  return item;
}

function versionItem({ role, hash, runId }: PromptVersionNode, { prompts, id }: RunRecord): TreeItem {
  const version = prompts.find((prompt) => prompt.role === role && prompt.hash === hash);
  const label = role === "planner" ? l10n.t("Planner prompt") : l10n.t("Critic prompt");
  const since = version && version.since > 0 ? l10n.t("from iteration {0}", version.since) : "";
  const item = new TreeItem(label);
  item.id = `${id} ${role} ${hash}`;
  item.description = [hash.slice(0, 7), since].filter(Boolean).join(" · ");
  item.iconPath = new ThemeIcon("comment-draft");
  item.contextValue = "promptVersion";
  item.command = commandLink("lerl.openPromptVersion", l10n.t("Open Prompt Version"), { runId, role, hash });
  item.accessibilityInformation = { label: l10n.t("{0}, version {1} {2}", label, hash.slice(0, 7), since) };
  return item;
}
