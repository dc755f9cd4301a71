/** What the policies without a network share: one slate per request, nothing to learn or to keep unless they say so. */

import type { Experiment } from "../../../protocol/experiment.ts";
import type { Session } from "../../simulator/session.ts";
import type { ActMode, ActRequest, Diagnostics, Policy, PolicyOutcome, PolicyState } from "../policy.ts";

export abstract class Baseline implements Policy {
  abstract readonly name: string;

  constructor(protected readonly slateSize: number) {}

  /** Fills `slate` ([slate]) with distinct items, best first. */
  protected abstract choose(request: ActRequest, mode: ActMode, slate: Int32Array): void;
  abstract evaluator(slots: number): Policy;

  act(requests: readonly ActRequest[], mode: ActMode): Int32Array {
    const slates = new Int32Array(requests.length * this.slateSize);
    for (const [row, request] of requests.entries()) {
      this.choose(request, mode, slates.subarray(row * this.slateSize, (row + 1) * this.slateSize));
    }
    return slates;
  }

  open(_session: Session): void {}

  observe(_outcomes: readonly PolicyOutcome[]): void {}

  async learn(): Promise<Diagnostics | undefined> {
    return undefined;
  }

  configure(_experiment: Experiment): void {}

  state(): PolicyState {
    return { json: null, arrays: {} };
  }

  restore(_state: PolicyState): void {}

  async dispose(): Promise<void> {}
}
