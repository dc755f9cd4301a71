/** Trials of this experiment: asked for, followed, chosen, looked into. */
import type { FittingTrial } from "../../../src/protocol/engine.ts";
import { isActive } from "../../../src/protocol/run/states.ts";
import type { StudioEvents, StudioRequests, StudioTab, TrialState } from "../../../src/protocol/studio.ts";
import type { TrialLimits } from "../../../src/protocol/trial/record.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { idle, type Loadable, load } from "../loading.ts";
import type { HostActions, HostQuestions, Notices, PageWriter, StateWriter } from "../ports.ts";
import { type StudioState, snapshotOf } from "../state.ts";
import { DraftDesk } from "./draftDesk.ts";
import { draftBasis, TrialEstimate, tryBasis } from "./trialEstimate.ts";
import { TrialNews } from "./trialNews.ts";
import { runningTrial, tryObstacle } from "./tryObstacle.ts";

interface Desk extends StateWriter, PageWriter, HostQuestions, HostActions, Notices {
  showTab(tab: StudioTab): void;
}

/** Undefined: the answer does not say. */
const momentsOf = (fitting: Loadable<FittingTrial>): number | undefined =>
  fitting.status === "ready" ? (fitting.value.moments ?? 0) : undefined;

export class TrialDesk {
  readonly news = new TrialNews();
  readonly draft: DraftDesk;
  private readonly estimates: readonly TrialEstimate[];
  private isOpen = false;
  /** The host has told of trials. */
  private isListed = false;
  private readonly raised = new Map<string, TrialLimits>();
  private starting = false;
  private asked = 0;

  constructor(
    private readonly app: Desk,
    /** Waits until the host has the planner's prompt as typed; false: it does not get there. */
    private readonly wordsSent: () => Promise<boolean>,
  ) {
    this.draft = new DraftDesk(app, (params, obstacle) => this.begin(params, obstacle));
    this.estimates = [
      new TrialEstimate(app, tryBasis, (fitting) => app.update({ fitting })),
      new TrialEstimate(app, draftBasis, (draftFitting) =>
        app.update(({ moments }) => ({ draftFitting, moments: momentsOf(draftFitting) ?? moments })),
      ),
    ];
  }

  /** The one chosen while it exists, else the newest. */
  get inSight(): TrialSummary | undefined {
    const { trials, page } = this.app.state;
    return trials.find(({ id }) => id === page.trial.id) ?? trials[0];
  }

  /** What the host knows when the page opens; opens the pair of visits that was open. */
  open(trials: readonly TrialSummary[]): void {
    this.isOpen = true;
    this.isListed ||= trials.length > 0;
    this.app.update({ trials });
    this.news.hear(this.inSight);
    const { visit, id } = this.app.state.page.trial;
    if (visit && id === this.inSight?.id) this.loadVisit(visit.session, visit.contender);
    if (this.draft.current) this.draft.readVersions();
  }

  /** After each change of the state: what a trial would cost depends on it. */
  follow(state: StudioState): void {
    if (!this.isOpen) return;
    for (const estimate of this.estimates) estimate.follow(state);
  }

  /** A trial just begun, by whomever, is the one in sight; but not in the place of one that is put together. */
  receive({ ids, changed }: StudioEvents["trials"]): void {
    const all = new Map([...this.app.state.trials, ...changed].map((trial) => [trial.id, trial]));
    const trials = ids.flatMap((id) => all.get(id) ?? []);
    // The list may come after the page: nothing in it has begun just now.
    if (!this.isListed && this.app.state.trials.length === 0) {
      this.open(trials);
      return;
    }
    const known = new Set(this.app.state.trials.map(({ id }) => id));
    const begun = trials.find(({ id, state }) => !known.has(id) && isActive(state));
    this.app.update({ trials });
    if (begun && !this.draft.current) this.choose(begun.id);
    else this.news.hear(this.inSight);
  }

  /** The planner's words as they stand against those in force, and their result in sight. */
  async try(params: StudioRequests["tryWords"]["params"] = {}): Promise<void> {
    const snapshot = snapshotOf(this.app.state);
    if (!snapshot) return;
    this.app.showTab("trial");
    await this.begin(params, tryObstacle(snapshot));
  }

  /** What is put together, while it is in sight; else the words. */
  async tryOrRun(): Promise<void> {
    const { resultTab } = this.app.state.page;
    await (resultTab === "trial" && this.draft.current ? this.draft.run() : this.try());
  }

  private async begin(params: StudioRequests["tryWords"]["params"], obstacle: string | undefined): Promise<void> {
    const { app } = this;
    if (this.starting || runningTrial(app.state)) return;
    if (obstacle !== undefined) return app.notify("info", obstacle);
    this.starting = true;
    try {
      if (!(await this.wordsSent())) {
        return app.notify("error", "What you typed has not reached the prompt's file, so it was not tried.");
      }
      this.take(await app.attempt("tryWords", params));
    } finally {
      this.starting = false;
    }
  }

  /** Limits that were put in the place of a trial's own, for when it goes on. */
  raisedOf(id: string): TrialLimits {
    return this.raised.get(id) ?? {};
  }

  raise(id: string, limits: TrialLimits): void {
    this.raised.set(id, { ...this.raisedOf(id), ...limits });
  }

  /** With as many visits as before, or more. */
  async goOn(id: string, sessions?: number): Promise<void> {
    const { maxCalls, maxCost } = this.raisedOf(id);
    const done = await this.app.attempt("goOnTrial", {
      id,
      ...(sessions !== undefined && { sessions }),
      ...(maxCalls !== undefined && { maxCalls }),
      ...(maxCost !== undefined && { maxCost }),
    });
    if (done === null) this.choose(id);
  }

  choose(id: string): void {
    const isNew = id !== this.app.state.page.trial.id;
    this.patch({ drafting: false, ...(isNew && { id, visit: undefined, step: 0 }) });
    this.news.hear(this.inSight);
  }

  async useWords({ id, contenders }: TrialSummary, contender: number): Promise<void> {
    const done = await this.app.attempt("useTrialWords", { id, contender });
    if (done !== null) return;
    const name = contenders[contender]?.name ?? "the contender";
    this.app.notify("info", `The planner prompt has the words of “${name}” now. Undo in the prompt takes them back.`);
  }

  // ------------------------------------------------------------------------------------------------- a pair of visits

  openVisit(session: number, contender: number): void {
    const { inSight } = this;
    if (!inSight) return;
    this.patch({ id: inSight.id, visit: { session, contender }, step: 0 });
    this.app.update({ visit: idle });
    this.loadVisit(session, contender, true);
  }

  closeVisit(): void {
    this.asked += 1;
    this.patch({ visit: undefined });
  }

  showStep(step: number): void {
    this.patch({ step });
  }

  /** @param first shows the first step at which the plans differ */
  private loadVisit(session: number, contender: number, first = false): void {
    const { app, inSight } = this;
    if (!inSight) return;
    this.asked += 1;
    const { asked } = this;
    void load(
      app.state.visit,
      () => app.request("trialVisit", { id: inSight.id, session, contender }),
      (visit) => {
        if (asked !== this.asked) return;
        if (first && visit.status === "ready") this.patch({ step: visit.value.differs ?? 0 });
        app.update({ visit });
      },
    );
  }

  /** What the host answers may come before its list that holds it. */
  private take(trial: TrialSummary | undefined): void {
    if (!trial) return;
    this.app.update(({ trials }) => ({
      trials: trials.some(({ id }) => id === trial.id) ? trials : [trial, ...trials],
    }));
    this.choose(trial.id);
  }

  private patch(patch: Partial<TrialState>): void {
    this.app.patchPage({ trial: { ...this.app.state.page.trial, ...patch } });
  }
}
