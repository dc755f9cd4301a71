/** The Reflection Pool view around its tree: filter, grouping, message, and the badge of reflections not yet seen. */
import { type Disposable, l10n, type TreeView, window } from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { RunStore } from "../engine/runStore.ts";
import type { ReflectionTarget } from "../platform/commands.ts";
import { setContextKey } from "../platform/contextKeys.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { views } from "../platform/views.ts";
import { type Arrangement, filtered } from "./arrangement.ts";
import type { ReflectionPools } from "./pools.ts";
import { type PoolRow, ReflectionsTree } from "./reflectionsTree.ts";
import { Unseen } from "./unseen.ts";

export class ReflectionsView implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly tree: ReflectionsTree;
  private readonly view: TreeView<PoolRow>;
  private readonly unseen = new Unseen();

  constructor(
    private readonly runs: RunStore,
    private readonly pools: ReflectionPools,
  ) {
    this.tree = this.owned.add(new ReflectionsTree(runs, pools));
    this.view = this.owned.add(
      window.createTreeView(views.reflections, { treeDataProvider: this.tree, showCollapseAll: true }),
    );
    this.owned.addAll(
      pools.onDidChange((runId) => this.count(runId)),
      this.view.onDidExpandElement(({ element }) => this.tree.noteOpened(element, true)),
      this.view.onDidCollapseElement(({ element }) => this.tree.noteOpened(element, false)),
      this.view.onDidChangeVisibility(({ visible }) => {
        if (!visible) return;
        this.unseen.seeAll();
        this.showBadge();
      }),
    );
    setContextKey("lerl.reflectionGrouping", this.tree.arranged.grouping);
    setContextKey("lerl.reflectionsFiltered", false);
  }

  get arranged(): Arrangement {
    return this.tree.arranged;
  }

  /** The reflection selected, while the view is looked at. */
  get selected(): ReflectionTarget | undefined {
    const row = this.view.visible ? this.view.selection[0] : undefined;
    return row?.kind === "reflection" ? { runId: row.runId, reflection: row.reflection } : undefined;
  }

  arrange(change: Partial<Arrangement>): void {
    this.tree.arrange(change);
    const { grouping, filter } = this.tree.arranged;
    setContextKey("lerl.reflectionGrouping", grouping);
    setContextKey("lerl.reflectionsFiltered", filter !== "");
    void this.showMessage();
  }

  dispose(): void {
    this.owned.dispose();
  }

  private async count(runId: string): Promise<void> {
    const pool = await this.pools.of(runId);
    const state = this.runs.get(runId)?.state;
    // A short run of this window may have ended before its pool was first read.
    const isRecent = this.runs.isMine(runId) || (state !== undefined && isActive(state));
    this.unseen.take(
      runId,
      pool.map(({ id }) => id),
      this.view.visible,
      isRecent,
    );
    this.showBadge();
    await this.showMessage();
  }

  private showBadge(): void {
    const { count } = this.unseen;
    const tooltip = count === 1 ? l10n.t("1 new reflection") : l10n.t("{0} new reflections", count);
    this.view.badge = count > 0 ? { value: count, tooltip } : undefined;
  }

  /** Says what a filter hides, of the run that is shown open. */
  private async showMessage(): Promise<void> {
    const { filter } = this.tree.arranged;
    const run = this.runs.current;
    if (filter === "" || !run) {
      this.view.message = undefined as unknown as string;
      return;
    }
    const pool = await this.pools.of(run.id);
    this.view.message = l10n.t(
      '"{0}": {1} of {2} in {3}',
      filter,
      filtered(pool, filter).length,
      pool.length,
      run.name,
    );
  }
}
