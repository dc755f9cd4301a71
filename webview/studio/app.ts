/** The page's controller: owns the state, talks to the host, and stands behind every port of the panes. */
import type { RunId } from "../../src/protocol/run.ts";
import type { CurvesState, PageState, StudioRequests, StudioSnapshot, StudioTab } from "../../src/protocol/studio.ts";
import { type HostApi, Messenger, messageOf, type StudioMethod } from "../shared/messenger.ts";
import { debounce, Store } from "../shared/store.ts";
import { compareChosen } from "./compare/compareChosen.ts";
import type { ComparePort } from "./compare/comparePort.ts";
import type { CurvesPort } from "./curves/curvesPort.ts";
import { idle, load } from "./loading.ts";
import type { PromptsPort } from "./prompts/promptsPort.ts";
import { PromptWorkbench } from "./prompts/promptWorkbench.ts";
import type { RunBarPort } from "./runBar.ts";
import { RunLibrary } from "./runs/runLibrary.ts";
import { SessionLoader } from "./sessions/sessionLoader.ts";
import type { SessionsPort } from "./sessions/sessionsPort.ts";
import {
  currentRun,
  initialState,
  isActiveRun,
  type Notice,
  type StudioState,
  shownRuns,
  snapshotOf,
} from "./state.ts";
import type { ThresholdsPort } from "./thresholds/thresholdsPort.ts";
import { TrialDesk } from "./trial/trialDesk.ts";
import type { TrialPort } from "./trial/trialPort.ts";

/** Notices of success go by themselves; warnings and errors stay until dismissed. */
const NOTICE_LIFE_MS = 6000;

export class App implements RunBarPort, PromptsPort, ThresholdsPort, CurvesPort, SessionsPort, ComparePort, TrialPort {
  readonly store: Store<StudioState>;
  readonly messenger: Messenger;
  readonly library: RunLibrary;
  readonly prompts: PromptWorkbench;
  readonly sessions: SessionLoader;
  readonly trials: TrialDesk;
  private lastNotice = 0;
  private followed = "";

  constructor(
    host: HostApi,
    source: EventTarget,
    /** New numbers for the curves. */
    curvesChanged: () => void,
  ) {
    this.store = new Store(initialState(host.getState()));
    this.messenger = new Messenger(host, source);
    this.library = new RunLibrary(
      {
        slice: (runId, cursor) => this.request("slice", { runId, cursor }),
        range: (query) => this.request("range", query),
      },
      curvesChanged,
      (work) => this.noticeFailure(work),
    );
    this.prompts = new PromptWorkbench(this);
    this.sessions = new SessionLoader(this, () => this.prompts.get("planner")?.text);
    this.trials = new TrialDesk(this, () => this.prompts.isSent("planner"));
    this.store.subscribe((state) => this.trials.follow(state));
    this.keepPage(host);
  }

  get state(): StudioState {
    return this.store.state;
  }

  /** Asks for everything the page shows. What goes wrong on the way is shown in its place. */
  async start(): Promise<void> {
    await load<StudioSnapshot>(
      idle,
      () => this.request("ready", {}),
      (snapshot) => this.update({ snapshot }),
    );
    const snapshot = snapshotOf(this.state);
    if (!snapshot) return;
    try {
      this.prompts.open(snapshot.prompts);
      this.trials.open(snapshot.trials);
      this.followRuns();
      this.sessions.refresh();
      if (this.state.page.resultTab === "compare") void compareChosen(this);
    } catch (error) {
      console.error(error);
      this.update({ snapshot: { status: "failed", message: messageOf(error) } });
    }
  }

  // ------------------------------------------------------------------------------------------------------- requests

  request<M extends StudioMethod>(
    method: M,
    params: StudioRequests[M]["params"],
  ): Promise<StudioRequests[M]["result"]> {
    return this.messenger.request(method, params);
  }

  async attempt<M extends StudioMethod>(
    method: M,
    params: StudioRequests[M]["params"],
  ): Promise<StudioRequests[M]["result"] | undefined> {
    this.update(({ busy }) => ({ busy: [...busy, method] }));
    try {
      return await this.request(method, params);
    } catch (error) {
      this.notify("error", messageOf(error));
      return undefined;
    } finally {
      this.update(({ busy }) => ({ busy: busy.filter((other) => other !== method) }));
    }
  }

  isBusy(method: StudioMethod): boolean {
    return this.state.busy.includes(method);
  }

  notify(severity: Notice["severity"], text: string): void {
    this.lastNotice += 1;
    const notice: Notice = { id: this.lastNotice, severity, text };
    this.update(({ notices }) => ({
      notices: [...notices.filter((other) => other.text !== text), notice].slice(-4),
    }));
    if (severity === "info") setTimeout(() => this.dismiss(notice.id), NOTICE_LIFE_MS);
  }

  /** For work that nobody waits for. */
  noticeFailure(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.notify("error", messageOf(error)));
  }

  dismiss(id: number): void {
    this.update(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
  }

  // ----------------------------------------------------------------------------------------------------------- state

  update(change: Partial<StudioState> | ((state: StudioState) => Partial<StudioState>)): void {
    this.store.update(change);
  }

  patchSnapshot(patch: Partial<StudioSnapshot>): void {
    const snapshot = snapshotOf(this.state);
    if (snapshot) this.update({ snapshot: { status: "ready", value: { ...snapshot, ...patch } } });
  }

  patchPage(patch: Partial<PageState>): void {
    this.update(({ page }) => ({ page: { ...page, ...patch } }));
  }

  patchCurves(patch: Partial<CurvesState>): void {
    this.patchPage({ curves: { ...this.state.page.curves, ...patch } });
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

  /** Hands what survives a reload to the host, soon after it changed. */
  private keepPage(host: HostApi): void {
    const save = debounce(() => host.setState(this.state.page), 150);
    let saved = this.state.page;
    this.store.subscribe(({ page }) => {
      if (page === saved) return;
      // Typed text that the host has not got yet must not wait.
      if (page.unsent !== saved.unsent) host.setState(page);
      else save();
      saved = page;
    });
    addEventListener("pagehide", () => host.setState(this.state.page));
  }

  // ------------------------------------------------------------------------------------------------------------ runs

  /** Loads and follows the current run and the runs laid over it. */
  followRuns(): void {
    if (!snapshotOf(this.state)) return;
    const runIds = shownRuns(this.state);
    this.library.keep(runIds);
    for (const runId of runIds) {
      if (this.library.get(runId) === undefined) this.noticeFailure(this.library.load(runId));
    }
    const key = runIds.join("\n");
    if (key === this.followed) return;
    this.followed = key;
    this.noticeFailure(this.request("follow", { runIds }));
  }

  setOverlays(overlays: readonly RunId[]): void {
    this.patchCurves({ overlays });
    this.followRuns();
  }

  async run(): Promise<void> {
    const record = currentRun(this.state);
    if (record?.state === "paused") {
      await this.attempt("resume", { runId: record.id });
      return;
    }
    if (isActiveRun(record) || this.isBusy("run")) return;
    const { seed } = this.state.page;
    const started = await this.attempt("run", seed === undefined ? {} : { seed });
    if (started) this.patchCurves({ range: undefined });
  }
}
