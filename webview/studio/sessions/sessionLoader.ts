/** Fetches recorded sessions and re-runs single steps of them. */
import type { RunId } from "../../../src/protocol/run.ts";
import type { SessionsState } from "../../../src/protocol/studio.ts";
import { tellKept } from "../keptMoment.ts";
import { idle, load } from "../loading.ts";
import type { HostActions, HostQuestions, Notices, PageWriter, StateWriter } from "../ports.ts";
import { snapshotOf } from "../state.ts";

const LONGEST_LIST = 100;

export class SessionLoader {
  private asked = 0;

  constructor(
    private readonly app: StateWriter & PageWriter & HostQuestions & HostActions & Notices,
    /** The planner's prompt as it stands in the editor. */
    private readonly plannerText: () => string | undefined,
  ) {}

  /** The run whose sessions are shown: the chosen one while it exists, else the current one. */
  get runId(): RunId | undefined {
    const snapshot = snapshotOf(this.app.state);
    const chosen = this.app.state.page.sessions.runId;
    return snapshot?.runs.some((run) => run.id === chosen) ? chosen : snapshot?.currentRun;
  }

  /** Lists again by the present order and user, and opens the remembered session. */
  refresh(): void {
    const { runId } = this;
    if (runId === undefined) return;
    const { order, user, episode } = this.app.state.page.sessions;
    const trimmed = user.trim();
    const query = { runId, order, limit: LONGEST_LIST, ...(trimmed !== "" && { user: trimmed }) };
    void load(
      this.app.state.episodes,
      () => this.app.request("episodes", query),
      (episodes) => this.app.update({ episodes }),
    );
    if (episode !== undefined && this.app.state.episode.status === "idle") this.open(episode);
  }

  choose(patch: Partial<SessionsState>): void {
    this.patch(patch);
    this.refresh();
  }

  open(episode: string, runId: RunId | undefined = this.runId): void {
    if (runId === undefined) return;
    const { sessions } = this.app.state.page;
    const step = sessions.episode === episode ? sessions.step : 0;
    this.patch({ episode, runId, step });
    this.app.update({ rerun: idle });
    this.asked += 1;
    const asked = this.asked;
    void load(
      this.app.state.episode,
      () => this.app.request("episode", { runId, episode }),
      (opened) => {
        if (asked === this.asked) this.app.update({ episode: opened });
      },
    );
  }

  showStep(step: number): void {
    this.patch({ step });
    this.app.update({ rerun: idle });
  }

  /**
   * Asks the planner again for the step shown, with the prompt as it stands in the editor.
   * @param fresh asks the model also where its answer is kept
   */
  rerun(fresh = false): void {
    const { runId } = this;
    const { episode, step } = this.app.state.page.sessions;
    const promptText = this.plannerText();
    if (runId === undefined || episode === undefined) return;
    const params = { runId, episode, step, ...(promptText !== undefined && { promptText }), ...(fresh && { fresh }) };
    void load(
      this.app.state.rerun,
      () => this.app.request("rerunStep", params),
      (rerun) => this.app.update({ rerun }),
    );
  }

  /** Keeps the decision of the step shown beside the experiment, for trials to plan anew. */
  async keepMoment(): Promise<void> {
    const { runId } = this;
    const { episode, step } = this.app.state.page.sessions;
    if (runId === undefined || episode === undefined) return;
    tellKept(this.app, await this.app.attempt("keepMoment", { runId, episode, step }));
  }

  private patch(patch: Partial<SessionsState>): void {
    this.app.patchPage({ sessions: { ...this.app.state.page.sessions, ...patch } });
  }
}
