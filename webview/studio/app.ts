/** The page's controller: owns the state, talks to the host, and hands the panes what they call. */
import type { MetricName } from "../../src/protocol/metrics.ts";
import type { RunId, RunRecord } from "../../src/protocol/run.ts";
import type {
  CurvesState,
  PageState,
  SessionsState,
  StudioRequests,
  StudioSnapshot,
  StudioTab,
} from "../../src/protocol/studio.ts";
import { type HostApi, Messenger, messageOf, type StudioMethod } from "../shared/messenger.ts";
import { debounce, Store, throttle } from "../shared/store.ts";
import { compareChosen } from "./compare/comparePane.ts";
import { idle, load } from "./loading.ts";
import { PromptWorkbench } from "./prompts/promptWorkbench.ts";
import { RunLibrary } from "./runs/runLibrary.ts";
import { SessionLoader } from "./sessions/sessionLoader.ts";
import { currentRun, initialState, isActive, type Notice, type StudioState, snapshotOf } from "./state.ts";
import { unsavedDrafts } from "./thresholds/drafts.ts";

/** Notices of success go by themselves; errors stay until dismissed. */
const NOTICE_LIFE_MS = 6000;

/** How often the list of sessions follows a run. */
const SESSION_REFRESH_MS = 5000;

export class App {
  readonly store: Store<StudioState>;
  readonly messenger: Messenger;
  readonly library: RunLibrary;
  readonly prompts: PromptWorkbench;
  readonly sessions: SessionLoader;
  private lastNotice = 0;
  private followed = "";

  constructor(
    host: HostApi,
    source: EventTarget,
    /** New numbers for the curves. */
    private readonly curvesChanged: () => void,
  ) {
    this.store = new Store(initialState(host.getState()));
    this.messenger = new Messenger(host, source);
    this.library = new RunLibrary(
      (runId, cursor) => this.messenger.request("slice", { runId, cursor }),
      () => this.curvesChanged(),
    );
    this.prompts = new PromptWorkbench(this);
    this.sessions = new SessionLoader(this);
    const save = debounce(() => host.setState(this.store.state.page), 150);
    let saved = this.state.page;
    this.store.subscribe(({ page }) => {
      if (page === saved) return;
      // Typed text that the host has not got yet must not wait.
      if (page.unsent !== saved.unsent) host.setState(page);
      else save();
      saved = page;
    });
    addEventListener("pagehide", () => host.setState(this.store.state.page));
  }

  get state(): StudioState {
    return this.store.state;
  }

  async start(): Promise<void> {
    this.listen();
    await load<StudioSnapshot>(
      idle,
      () => this.messenger.request("ready", {}),
      (snapshot) => this.store.update({ snapshot }),
    );
    const snapshot = snapshotOf(this.state);
    if (!snapshot) return;
    this.prompts.open(snapshot.prompts);
    this.followRuns();
    this.sessions.refresh();
    if (this.state.page.resultTab === "compare") void compareChosen(this);
  }

  // ------------------------------------------------------------------------------------------------------- requests

  /** Asks the host; a failure is shown as a notice and gives undefined. `key` marks the work as busy meanwhile. */
  async attempt<M extends StudioMethod>(
    method: M,
    params: StudioRequests[M]["params"],
    key: string = method,
  ): Promise<StudioRequests[M]["result"] | undefined> {
    this.store.update(({ busy }) => ({ busy: [...busy, key] }));
    try {
      return await this.messenger.request(method, params);
    } catch (error) {
      this.notify("error", messageOf(error));
      return undefined;
    } finally {
      this.store.update(({ busy }) => ({ busy: busy.filter((other) => other !== key) }));
    }
  }

  isBusy(key: string): boolean {
    return this.state.busy.includes(key);
  }

  notify(severity: Notice["severity"], text: string): void {
    this.lastNotice += 1;
    const notice: Notice = { id: this.lastNotice, severity, text };
    this.store.update(({ notices }) => ({
      notices: [...notices.filter((other) => other.text !== text), notice].slice(-4),
    }));
    if (severity === "info") setTimeout(() => this.dismiss(notice.id), NOTICE_LIFE_MS);
  }

  dismiss(id: number): void {
    this.store.update(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
  }

  // ------------------------------------------------------------------------------------------------------ page state

  patchPage(patch: Partial<PageState>): void {
    this.store.update(({ page }) => ({ page: { ...page, ...patch } }));
  }

  patchCurves(patch: Partial<CurvesState>): void {
    this.patchPage({ curves: { ...this.state.page.curves, ...patch } });
  }

  patchSessions(patch: Partial<SessionsState>): void {
    this.patchPage({ sessions: { ...this.state.page.sessions, ...patch } });
  }

  showTab(tab: StudioTab): void {
    if (tab === "prompts" || tab === "thresholds") {
      this.patchPage({ editTab: tab });
      return;
    }
    this.patchPage({ resultTab: tab });
    if (tab === "sessions") this.sessions.refresh();
    if (tab === "compare" && this.state.comparison.status === "idle") void compareChosen(this);
  }

  toggleMetric(metric: MetricName, on: boolean): void {
    const { metrics } = this.state.page.curves;
    this.patchCurves({ metrics: on ? [...metrics, metric] : metrics.filter((other) => other !== metric) });
  }

  // ------------------------------------------------------------------------------------------------------------ runs

  /** Loads and follows the current run and the runs laid over it. */
  followRuns(): void {
    const snapshot = snapshotOf(this.state);
    if (!snapshot) return;
    const runIds = this.shownRuns();
    this.library.keep(runIds);
    for (const runId of runIds) {
      if (this.library.get(runId) === undefined) {
        this.library.load(runId).catch((error: unknown) => this.notify("error", messageOf(error)));
      }
    }
    const key = runIds.join("\n");
    if (key === this.followed) return;
    this.followed = key;
    this.messenger.request("follow", { runIds }).catch((error: unknown) => this.notify("error", messageOf(error)));
  }

  /** The current run first, then the overlays that still exist. */
  shownRuns(): readonly RunId[] {
    const snapshot = snapshotOf(this.state);
    if (!snapshot) return [];
    const known = new Set(snapshot.runs.map((run) => run.id));
    const chosen = [...(snapshot.currentRun ? [snapshot.currentRun] : []), ...this.state.page.curves.overlays];
    return [...new Set(chosen)].filter((runId) => known.has(runId));
  }

  setOverlays(overlays: readonly RunId[]): void {
    this.patchCurves({ overlays });
    this.followRuns();
  }

  /** Starts the experiment, or resumes the paused run. */
  async run(): Promise<void> {
    const record = currentRun(this.state);
    if (record?.state === "paused") {
      await this.attempt("resume", { runId: record.id });
      return;
    }
    if (isActive(record) || this.isBusy("run")) return;
    const { seed } = this.state.page;
    const started = await this.attempt("run", seed === undefined ? {} : { seed });
    if (started) this.patchCurves({ range: undefined });
  }

  private patchSnapshot(patch: Partial<StudioSnapshot>): void {
    const snapshot = snapshotOf(this.state);
    if (snapshot) this.store.update({ snapshot: { status: "ready", value: { ...snapshot, ...patch } } });
  }

  private listen(): void {
    this.messenger.on("document", (document) => {
      this.patchSnapshot({ document });
      this.patchPage({ drafts: unsavedDrafts(this.state.page.drafts, document.experiment) });
    });
    this.messenger.on("prompt", (prompt) => {
      const snapshot = snapshotOf(this.state);
      if (!snapshot) return;
      this.patchSnapshot({ prompts: { ...snapshot.prompts, [prompt.role]: prompt } });
      this.prompts.receive(prompt);
    });
    this.messenger.on("runs", ({ runs, currentRun: runId }) => {
      const snapshot = snapshotOf(this.state);
      if (!snapshot) return;
      const { currentRun: before, ...others } = snapshot;
      this.store.update({
        snapshot: { status: "ready", value: { ...others, runs, ...(runId !== undefined && { currentRun: runId }) } },
      });
      this.followRuns();
      if (before !== runId) this.sessions.refresh();
      this.prompts.refreshHistory();
      const { resultTab, compared } = this.state.page;
      if (told(snapshot.runs, compared) === told(runs, compared)) return;
      if (resultTab === "compare") void compareChosen(this);
      else this.store.update({ comparison: { status: "idle" } });
    });
    this.messenger.on("appended", (slice) => {
      if (!this.shownRuns().includes(slice.runId)) return;
      this.library.append(slice).catch((error: unknown) => this.notify("error", messageOf(error)));
    });
    const refreshSessions = throttle(() => this.sessions.refresh(), SESSION_REFRESH_MS);
    this.messenger.on("progress", (progress) => {
      this.store.update((state) => ({ progress: { ...state.progress, [progress.runId]: progress } }));
      if (this.state.page.resultTab === "sessions" && progress.runId === this.sessions.runId) refreshSessions();
    });
    this.messenger.on("trust", ({ trusted }) => this.patchSnapshot({ trusted }));
    this.messenger.on("engine", (engine) => this.patchSnapshot({ engine }));
    this.messenger.on("reveal", ({ tab, runId, runIds, episode }) => {
      if (runIds) {
        this.patchPage({ compared: runIds });
        void compareChosen(this);
      }
      this.showTab(tab);
      if (episode === undefined) return;
      this.sessions.open(episode, runId);
      this.sessions.refresh();
    });
  }
}

/** What a comparison depends on besides the runs it was asked for: their names, and whether they have ended. */
const told = (runs: readonly RunRecord[], compared: readonly RunId[]): string =>
  JSON.stringify(compared.map((id) => runs.find((run) => run.id === id)).map((run) => [run?.name, run?.state]));
