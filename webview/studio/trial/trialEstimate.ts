/** Keeps what a trial would cost up to date with its contenders, the model's settings and the run in sight. */
import type { FittingTrial } from "../../../src/protocol/engine.ts";
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import type { StudioRequests, StudioSnapshot } from "../../../src/protocol/studio.ts";
import { sameJson } from "../../shared/sameJson.ts";
import { debounce } from "../../shared/store.ts";
import { type Loadable, renew } from "../loading.ts";
import type { HostQuestions } from "../ports.ts";
import { runObstacle, type StudioState, snapshotOf } from "../state.ts";
import { sentDraft } from "./draft.ts";
import { runningTrial, tryObstacle } from "./tryObstacle.ts";

const CALM_MS = 600;

/** What the estimate depends on. */
interface Basis {
  readonly params: StudioRequests["fittingTrial"]["params"];
  readonly words: string;
  readonly experiment: unknown;
  readonly run: string | undefined;
}

export class TrialEstimate {
  private basis: Basis | undefined;
  private asked = 0;
  private readonly askSoon: () => void;

  constructor(
    private readonly app: HostQuestions,
    /** Undefined: nothing can be tried now. */
    private readonly basisOf: (state: StudioState) => Basis | undefined,
    private readonly put: (fitting: Loadable<FittingTrial>) => void,
  ) {
    this.askSoon = debounce(() => this.ask(), CALM_MS);
  }

  /** After each change of the state. */
  follow(state: StudioState): void {
    const now = this.basisOf(state);
    const before = this.basis;
    this.basis = now;
    if (now && !(before && isSame(before, now))) this.askSoon();
  }

  /** A page that nobody sees asks when it is seen. */
  private ask(): void {
    const { basis } = this;
    if (!basis) return;
    if (document.visibilityState !== "visible") {
      document.addEventListener("visibilitychange", () => this.ask(), { once: true });
      return;
    }
    this.asked += 1;
    const { asked } = this;
    void renew(
      () => this.app.request("fittingTrial", basis.params),
      (fitting) => {
        if (asked === this.asked) this.put(fitting);
      },
    );
  }
}

/** Of the words as they stand. */
export function tryBasis(state: StudioState): Basis | undefined {
  const snapshot = snapshotOf(state);
  return snapshot && tryObstacle(snapshot) === undefined ? basisOf(state, snapshot, {}) : undefined;
}

/** Of the trial that is put together, while it is in sight. */
export function draftBasis(state: StudioState): Basis | undefined {
  const snapshot = snapshotOf(state);
  const { draft, drafting } = state.page.trial;
  if (!snapshot || !draft || !drafting || runObstacle(snapshot) !== undefined) return undefined;
  return basisOf(state, snapshot, { draft: sentDraft(draft, snapshot) });
}

function basisOf(state: StudioState, snapshot: StudioSnapshot, params: Basis["params"]): Basis | undefined {
  if (runningTrial(state)) return undefined;
  const { document, prompts, currentRun } = snapshot;
  return { params, words: prompts.planner.text, experiment: document.experiment, run: currentRun };
}

function isSame(a: Basis, b: Basis): boolean {
  if (a.words !== b.words || a.run !== b.run || !sameJson(a.params, b.params)) return false;
  if (a.experiment === b.experiment) return true;
  return ["planner", "models", "simulator"].every((part) =>
    sameJson(valueAt(a.experiment, part), valueAt(b.experiment, part)),
  );
}
