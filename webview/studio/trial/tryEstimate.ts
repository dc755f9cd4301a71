/** Keeps what a trial would cost up to date with the words, the model's settings and the run in sight. */
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import { sameJson } from "../../shared/sameJson.ts";
import { debounce } from "../../shared/store.ts";
import { renew } from "../loading.ts";
import type { HostQuestions, StateWriter } from "../ports.ts";
import { type StudioState, snapshotOf } from "../state.ts";
import { runningTrial, tryObstacle } from "./tryObstacle.ts";

const CALM_MS = 600;

/** What the estimate depends on. */
interface Basis {
  readonly words: string;
  readonly experiment: unknown;
  readonly run: string | undefined;
}

export class TryEstimate {
  /** Undefined: nothing can be tried now. */
  private basis: Basis | undefined;
  private asked = 0;
  private readonly askSoon: () => void;

  constructor(private readonly app: StateWriter & HostQuestions) {
    this.askSoon = debounce(() => this.ask(), CALM_MS);
  }

  /** After each change of the state. */
  follow(state: StudioState): void {
    const now = basisOf(state);
    const before = this.basis;
    this.basis = now;
    if (now && !(before && isSame(before, now))) this.askSoon();
  }

  /** A page that nobody sees asks when it is seen. */
  private ask(): void {
    if (!this.basis) return;
    if (document.visibilityState !== "visible") {
      document.addEventListener("visibilitychange", () => this.ask(), { once: true });
      return;
    }
    this.asked += 1;
    const { asked } = this;
    void renew(
      () => this.app.request("fittingTrial", {}),
      (fitting) => {
        if (asked === this.asked) this.app.update({ fitting });
      },
    );
  }
}

function basisOf(state: StudioState): Basis | undefined {
  const snapshot = snapshotOf(state);
  if (!snapshot || tryObstacle(snapshot) !== undefined || runningTrial(state)) return undefined;
  const { document, prompts, currentRun } = snapshot;
  return { words: prompts.planner.text, experiment: document.experiment, run: currentRun };
}

function isSame(a: Basis, b: Basis): boolean {
  if (a.words !== b.words || a.run !== b.run) return false;
  if (a.experiment === b.experiment) return true;
  return ["planner", "models"].every((part) => sameJson(valueAt(a.experiment, part), valueAt(b.experiment, part)));
}
