/**
 * What one page is told of its experiment's trials: all of them, when something that a person would notice is new. The
 * results of one that goes on grow with every visit, so it is told of them a few times a second.
 */
import type { Disposable } from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { TrialProgress, TrialSummary } from "../../protocol/trial/summary.ts";
import type { TrialStore } from "../engine/trialStore.ts";
import { DisposableStore } from "../platform/disposables.ts";

const INTERVAL_MS = 250;

interface Listener {
  trials(trials: readonly TrialSummary[]): void;
  progress(progress: TrialProgress): void;
}

export class PageTrials implements Disposable {
  private readonly owned = new DisposableStore();
  /** What the page knows. */
  private told = signatureOf([]);
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
    this.told = signatureOf(trials);
    return trials;
  }

  /** How far those are that go on. */
  progress(): readonly TrialProgress[] {
    return this.store
      .of(this.experimentFile)
      .filter(({ state }) => isActive(state))
      .flatMap(({ id }) => this.store.progress(id) ?? []);
  }

  /** Tells at once what is new. */
  flush(): void {
    const trials = this.store.of(this.experimentFile);
    const signature = signatureOf(trials);
    if (signature === this.told) return;
    this.told = signature;
    this.page.trials(trials);
  }

  dispose(): void {
    clearTimeout(this.resting);
    this.owned.dispose();
  }

  /** The first change is told at once, what follows after a rest. */
  private changed(): void {
    if (this.resting) return;
    const before = this.told;
    this.flush();
    if (this.told === before) return;
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
const signatureOf = (trials: readonly TrialSummary[]): string =>
  JSON.stringify(
    trials.map(({ id, name, state, reason, elsewhere, sessions, result }) => [
      id,
      name,
      state,
      reason,
      elsewhere,
      sessions,
      result,
    ]),
  );
