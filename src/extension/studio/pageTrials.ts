/**
 * What one page is told of its experiment's trials: those of which a person would notice something new. The results of
 * one that goes on grow with every visit, so it is told of them a few times a second.
 */
import { isDeepStrictEqual } from "node:util";
import type { Disposable } from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { StudioEvents } from "../../protocol/studio.ts";
import type { TrialProgress, TrialSummary } from "../../protocol/trial/summary.ts";
import type { TrialStore } from "../engine/trialStore.ts";
import { DisposableStore } from "../platform/disposables.ts";

const INTERVAL_MS = 250;

interface Listener {
  trials(news: StudioEvents["trials"]): void;
  progress(progress: TrialProgress): void;
}

export class PageTrials implements Disposable {
  private readonly owned = new DisposableStore();
  /** What the page knows of each, in its order. */
  private told: ReadonlyMap<string, string> = new Map();
  private resting: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: TrialStore,
    private readonly experimentFile: string,
    private readonly page: Listener,
  ) {
    this.owned.addAll(
      store.onDidChange(() => this.changed()),
      store.onDidProgress((progress) => this.isOurs(progress.id) && page.progress(progress)),
    );
  }

  /** For a page that is being told of everything. */
  snapshot(): readonly TrialSummary[] {
    const trials = this.store.of(this.experimentFile);
    this.told = signaturesOf(trials);
    return trials;
  }

  /** How far those are that go on. */
  progress(): readonly TrialProgress[] {
    return this.store
      .of(this.experimentFile)
      .filter(({ state }) => isActive(state))
      .flatMap(({ id }) => this.store.progress(id) ?? []);
  }

  /** Tells at once what is new; false: nothing is. */
  flush(): boolean {
    const trials = this.store.of(this.experimentFile);
    const before = this.told;
    const now = signaturesOf(trials);
    const changed = trials.filter(({ id }) => before.get(id) !== now.get(id));
    if (changed.length === 0 && isDeepStrictEqual([...before.keys()], [...now.keys()])) return false;
    this.told = now;
    this.page.trials({ ids: [...now.keys()], changed });
    return true;
  }

  dispose(): void {
    clearTimeout(this.resting);
    this.owned.dispose();
  }

  /** The first change is told at once, what follows after a rest. */
  private changed(): void {
    if (this.resting) return;
    if (!this.flush()) return;
    this.resting = setTimeout(() => {
      this.resting = undefined;
      this.changed();
    }, INTERVAL_MS);
  }

  private isOurs(id: string): boolean {
    return this.store.get(id)?.base.experimentFile === this.experimentFile;
  }
}

/** Without what only counts on: seconds of work. */
const signaturesOf = (trials: readonly TrialSummary[]): ReadonlyMap<string, string> =>
  new Map(
    trials.map(({ id, name, state, reason, elsewhere, sessions, limits, result }) => [
      id,
      JSON.stringify([name, state, reason, elsewhere, sessions, limits, result]),
    ]),
  );
