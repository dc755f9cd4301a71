/** Trials as rows below their experiment. */
import { type Disposable, type Event, EventEmitter, type LogOutputChannel, l10n, TreeItem } from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { TrialSummary } from "../../protocol/trial/summary.ts";
import type { TrialStore } from "../engine/trialStore.ts";
import { commandLink } from "../platform/commands.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { messageOf } from "../platform/errors.ts";
import { stateIcon } from "../platform/states.ts";
import { trialLabel, trialNumbers, trialTooltip } from "./trialRow.ts";
import { triedWords } from "./trialWords.ts";

export interface TrialNode {
  readonly kind: "trial";
  readonly trialId: string;
}

/** Rows of trials that go on are drawn anew at most this often. */
const REFRESH_MS = 500;

export class TrialRows implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<TrialNode | undefined>());
  /** One object per trial: VS Code knows rows by identity. */
  private readonly nodes = new Map<string, TrialNode>();
  private readonly stale = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  /** A row is to be drawn anew; undefined: there are other rows. */
  readonly onDidChange: Event<TrialNode | undefined> = this.changed.event;

  constructor(
    private readonly trials: TrialStore,
    private readonly log: LogOutputChannel,
  ) {
    this.owned.addAll(
      trials.onDidChange((id) => (id === undefined ? this.changed.fire(undefined) : this.refreshSoon(id))),
      trials.onDidProgress(({ id }) => this.refreshSoon(id)),
    );
  }

  /** Those of an experiment, newest first. What the engine has not listed yet follows as a change. */
  of(experimentFile: string): TrialNode[] {
    this.trials.load().catch((error: unknown) => this.log.warn(`The trials cannot be listed: ${messageOf(error)}`));
    return this.trials.of(experimentFile).map(({ id }) => this.nodeOf(id));
  }

  /** Of what is known so far; asks nothing. */
  hasAny(experimentFile: string): boolean {
    return this.trials.of(experimentFile).length > 0;
  }

  item({ trialId }: TrialNode): TreeItem {
    const trial = this.trials.get(trialId);
    const item = new TreeItem(trial?.name ?? trialId);
    item.id = `trial ${trialId}`;
    if (!trial) return item;
    const progress = this.trials.progress(trialId);
    item.description = trialNumbers(trial, progress);
    item.iconPath = stateIcon(trial.state);
    item.tooltip = trialTooltip(trial, progress, new Date());
    item.contextValue = this.contextOf(trial);
    item.command = commandLink("lerl.openTrial", l10n.t("Open Trial in the Studio"), { trialId });
    item.accessibilityInformation = { label: trialLabel(trial, progress) };
    return item;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.owned.dispose();
  }

  /** "trial.running.mine.words": what the row's menu offers. */
  private contextOf(trial: TrialSummary): string {
    const { id, state } = trial;
    const ours = !isActive(state) || this.trials.isMine(id);
    return `trial.${state}${ours ? ".mine" : ""}${triedWords(trial).length > 0 ? ".words" : ""}`;
  }

  private nodeOf(trialId: string): TrialNode {
    const known = this.nodes.get(trialId);
    if (known) return known;
    const node: TrialNode = { kind: "trial", trialId };
    this.nodes.set(trialId, node);
    return node;
  }

  private refreshSoon(id: string): void {
    this.stale.add(id);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const trialId of this.stale) this.changed.fire(this.nodeOf(trialId));
      this.stale.clear();
    }, REFRESH_MS);
  }
}
