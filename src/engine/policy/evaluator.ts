import type { Session } from "../simulator/session.ts";
import type { Actor } from "./actor.ts";
import type { ActMode, ActRequest, Policy, PolicyOutcome, PolicyState } from "./policy.ts";

/** Acts with a policy's parameters on sessions of its own and learns nothing. */
export class PolicyEvaluator implements Policy {
  constructor(
    readonly name: string,
    private readonly actor: Actor,
  ) {}

  open(session: Session): void {
    this.actor.open(session);
  }

  act(requests: readonly ActRequest[], mode: ActMode): Int32Array {
    return this.actor.act(requests, mode).slates;
  }

  observe(outcomes: readonly PolicyOutcome[]): void {
    for (const { session } of outcomes) this.actor.observe(session);
  }

  async learn(): Promise<undefined> {
    return undefined;
  }

  configure(): void {}

  evaluator(): Policy {
    throw new Error("an evaluator makes no evaluators");
  }

  state(): PolicyState {
    return { json: {}, arrays: {} };
  }

  restore(): void {
    throw new Error("an evaluator shares its policy's state");
  }

  async dispose(): Promise<void> {
    this.actor.dispose();
  }
}
