/** What the page does when the host tells it something. */
import type { RunId, RunRecord } from "../../src/protocol/run.ts";
import type { StudioEvents } from "../../src/protocol/studio.ts";
import { throttle } from "../shared/store.ts";
import type { App } from "./app.ts";
import { compareChosen } from "./compare/compareChosen.ts";
import { idle } from "./loading.ts";
import { shownRuns, snapshotOf } from "./state.ts";
import { unsavedDrafts } from "./thresholds/drafts.ts";

/** What an event is about, for a person. */
const subjects: Readonly<Record<keyof StudioEvents, string>> = {
  document: "the experiment file",
  prompt: "a prompt",
  runs: "the list of runs",
  appended: "a run's new numbers",
  progress: "a run's progress",
  trials: "the trials",
  trialProgress: "a trial's progress",
  trust: "the workspace's trust",
  engine: "the engine",
  reveal: "what to show",
};

/** How often the list of sessions follows a run. */
const SESSION_REFRESH_MS = 5000;

export function listenToHost(app: App): void {
  const { messenger } = app;
  const misunderstood = new Set<keyof StudioEvents>();
  messenger.onMisfit((event) => {
    if (misunderstood.has(event)) return;
    misunderstood.add(event);
    app.notify(
      "error",
      `News of the extension about ${subjects[event]} could not be understood, so this page may be out of date. Reload the window.`,
    );
  });
  messenger.on("document", (document) => {
    app.patchSnapshot({ document });
    app.patchPage({ drafts: unsavedDrafts(app.state.page.drafts, document.experiment) });
  });
  messenger.on("prompt", (prompt) => {
    const snapshot = snapshotOf(app.state);
    if (!snapshot) return;
    app.patchSnapshot({ prompts: { ...snapshot.prompts, [prompt.role]: prompt } });
    app.prompts.receive(prompt);
  });
  messenger.on("runs", (runs) => takeRuns(app, runs));
  messenger.on("appended", (slice) => {
    if (shownRuns(app.state).includes(slice.runId)) app.noticeFailure(app.library.append(slice));
  });
  const refreshSessions = throttle(() => app.sessions.refresh(), SESSION_REFRESH_MS);
  messenger.on("progress", (progress) => {
    app.update((state) => ({ progress: { ...state.progress, [progress.runId]: progress } }));
    if (app.state.page.resultTab === "sessions" && progress.runId === app.sessions.runId) refreshSessions();
  });
  messenger.on("trials", (news) => app.trials.receive(news));
  messenger.on("trialProgress", (progress) => {
    app.update(({ trialProgress }) => ({ trialProgress: { ...trialProgress, [progress.id]: progress } }));
  });
  messenger.on("trust", ({ trusted }) => app.patchSnapshot({ trusted }));
  messenger.on("engine", (engine) => app.patchSnapshot({ engine }));
  messenger.on("reveal", ({ tab, runId, runIds, episode, trial }) => {
    if (runIds) {
      app.patchPage({ compared: runIds });
      void compareChosen(app);
    }
    app.showTab(tab);
    if (trial !== undefined) app.trials.choose(trial);
    if (episode === undefined) return;
    app.sessions.open(episode, runId);
    app.sessions.refresh();
  });
}

function takeRuns(app: App, { runs, currentRun }: StudioEvents["runs"]): void {
  const snapshot = snapshotOf(app.state);
  if (!snapshot) return;
  const { currentRun: before, ...others } = snapshot;
  app.update({
    snapshot: { status: "ready", value: { ...others, runs, ...(currentRun !== undefined && { currentRun }) } },
  });
  app.followRuns();
  if (before !== currentRun) app.sessions.refresh();
  app.prompts.refreshHistory();
  const { resultTab, compared } = app.state.page;
  if (comparisonBasis(snapshot.runs, compared) === comparisonBasis(runs, compared)) return;
  if (resultTab === "compare") void compareChosen(app);
  else app.update({ comparison: idle });
}

/** What a comparison depends on besides the runs it was asked for: their names, and whether they have ended. */
const comparisonBasis = (runs: readonly RunRecord[], compared: readonly RunId[]): string =>
  JSON.stringify(compared.map((id) => runs.find((run) => run.id === id)).map((run) => [run?.name, run?.state]));
