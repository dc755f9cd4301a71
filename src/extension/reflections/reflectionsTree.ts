/** The Reflection Pool view: runs, their reflections in groups, live while a run goes on. */
import {
  type Disposable,
  type Event,
  EventEmitter,
  l10n,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
} from "vscode";
import type { PooledReflection } from "../../protocol/engine.ts";
import { isActive } from "../../protocol/run/states.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import type { RunStore } from "../engine/runStore.ts";
import type { ReflectionTarget } from "../platform/commands.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { type Arrangement, arrange, type ReflectionGroup } from "./arrangement.ts";
import type { ReflectionPools } from "./pools.ts";
import { reflectionItem, reflectionTooltip } from "./reflectionItem.ts";
import { describeGroup } from "./wording.ts";

export type PoolRow =
  | { readonly kind: "run"; readonly runId: RunId }
  | {
      readonly kind: "group";
      readonly runId: RunId;
      readonly group: ReflectionGroup;
      /** The row's id, of the arrangement that it was made in. */
      readonly id: string;
      readonly first: boolean;
    }
  | ({ readonly kind: "reflection"; readonly value: PooledReflection } & ReflectionTarget);

type GroupRow = Extract<PoolRow, { kind: "group" }>;

export class ReflectionsTree implements TreeDataProvider<PoolRow>, Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<PoolRow | undefined>());
  private arrangement: Arrangement = { grouping: "score", order: "score", filter: "" };
  /** One object per run, so that the view can be asked to look at one run again. */
  private readonly runRows = new Map<RunId, PoolRow>();

  /** Whether a group stands open, by its row's id: VS Code forgets it of rows that were gone meanwhile. */
  private readonly opened = new Map<string, boolean>();
  /** What the row of each run was drawn from. */
  private readonly drawn = new Map<RunId, string>();

  readonly onDidChangeTreeData: Event<PoolRow | undefined> = this.changed.event;

  constructor(
    private readonly runs: RunStore,
    private readonly pools: ReflectionPools,
  ) {
    this.owned.addAll(
      pools.onDidChange((runId) => this.changed.fire(this.runRows.get(runId))),
      runs.onDidChange((runId) => this.runChanged(runId)),
    );
  }

  get arranged(): Arrangement {
    return this.arrangement;
  }

  arrange(change: Partial<Arrangement>): void {
    this.arrangement = { ...this.arrangement, ...change };
    this.changed.fire(undefined);
  }

  /** A person opened or folded a row. */
  noteOpened(row: PoolRow, isOpen: boolean): void {
    if (row.kind === "group") this.opened.set(row.id, isOpen);
  }

  async getChildren(row?: PoolRow): Promise<PoolRow[]> {
    if (!row) return this.runsWithPools();
    if (row.kind === "reflection") return [];
    if (row.kind === "group") {
      const { runId } = row;
      return row.group.reflections.map((value) => ({ kind: "reflection", runId, reflection: value.id, value }));
    }
    const { runId } = row;
    const groups = arrange(await this.pools.of(runId), this.arrangement, this.runs.get(runId)?.prompts);
    return groups.map((group, i) => ({ kind: "group", runId, group, id: this.groupId(runId, group), first: i === 0 }));
  }

  getTreeItem(row: PoolRow): TreeItem {
    switch (row.kind) {
      case "run":
        return this.runItem(this.runs.get(row.runId), row.runId);
      case "group":
        return this.groupItem(row);
      case "reflection":
        return reflectionItem({ runId: row.runId, reflection: row.reflection }, row.value, this.arrangement.order);
    }
  }

  /** Tooltips are made for the row under the pointer alone: a pool may hold thousands. */
  resolveTreeItem(item: TreeItem, row: PoolRow): TreeItem {
    if (row.kind === "reflection") item.tooltip = reflectionTooltip(row.value);
    return item;
  }

  dispose(): void {
    this.owned.dispose();
  }

  private async runsWithPools(): Promise<PoolRow[]> {
    await this.runs.load();
    return this.runs.all.filter((run) => run.iteration > 0 || isActive(run.state)).map(({ id }) => this.rowOf(id));
  }

  private rowOf(runId: RunId): PoolRow {
    const row = this.runRows.get(runId) ?? { kind: "run", runId };
    this.runRows.set(runId, row);
    return row;
  }

  /** A run's record changes with every iteration; its row with its name and its end. */
  private runChanged(runId: RunId | undefined): void {
    const run = runId === undefined ? undefined : this.runs.get(runId);
    if (!run) this.changed.fire(undefined);
    else if (this.drawn.has(run.id) && this.drawn.get(run.id) !== drawnFrom(run)) {
      this.changed.fire(this.runRows.get(run.id));
    }
  }

  /** The newest run is open, the others are a click away. */
  private runItem(run: RunRecord | undefined, runId: RunId): TreeItem {
    const newest = this.runs.current?.id === runId;
    if (run) this.drawn.set(runId, drawnFrom(run));
    const item = new TreeItem(
      run?.name ?? runId,
      newest ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed,
    );
    item.id = runId;
    item.contextValue = "lerlReflectionRun";
    item.description = run ? new Date(run.startedAt).toLocaleString() : "";
    item.iconPath = new ThemeIcon(run && isActive(run.state) ? "sync" : "beaker");
    return item;
  }

  /** A group that was the first when it was drawn stays open when a better one is put before it. */
  private groupItem({ group, id, first }: GroupRow): TreeItem {
    const open = this.opened.get(id) ?? (first || this.arrangement.filter !== "");
    this.opened.set(id, open);
    const item = new TreeItem(
      describeGroup(group.label),
      open ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed,
    );
    const count = group.reflections.length;
    item.id = id;
    item.contextValue = "lerlReflectionGroup";
    item.description = count === 1 ? l10n.t("1 reflection") : l10n.t("{0} reflections", count);
    return item;
  }

  /** VS Code keeps a row folded by its id: what a filter finds must not stay in a group that was folded before. */
  private groupId(runId: RunId, group: ReflectionGroup): string {
    const { grouping, filter } = this.arrangement;
    return `${runId}/${grouping}/${group.key}${filter === "" ? "" : `/${filter}`}`;
  }
}

const drawnFrom = ({ name, state }: RunRecord): string => `${isActive(state)} ${name}`;
