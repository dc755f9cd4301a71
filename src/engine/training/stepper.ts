/**
 * One step of every running session: plan, mask, act, respond (docs/method.md, section 1, steps 1 to 5). Training and
 * evaluation take the same steps; they differ in the parts they hand in.
 */
import type { EpisodeStep } from "../../protocol/run.ts";
import type { CategoryIndex } from "../data/dataset.ts";
import type { CategoryMasks } from "../planner/mask.ts";
import type { Plan, Planner, ShownReflection } from "../planner/planner.ts";
import type { ActMode, CategoryMask, Policy } from "../policy/policy.ts";
import type { Environment, StepResult } from "../simulator/environment.ts";
import type { Session } from "../simulator/session.ts";

export interface StepperParts {
  readonly environment: Environment;
  /** Undefined: everything is allowed at every step. */
  readonly planner: Planner | undefined;
  readonly masks: CategoryMasks;
  readonly policy: Policy;
  readonly mode: ActMode;
  /** Reflections for one plan. */
  readonly sampleReflections: () => readonly ShownReflection[];
  /** Steps a plan is kept for; asked at every step, so that it may change. */
  readonly replanEvery: () => number;
}

/** The plan a slate was served under. */
export interface PlanInForce {
  readonly categories: readonly CategoryIndex[];
  readonly source: EpisodeStep["plan"]["source"];
  readonly callId?: string;
  /** Ids of the reflections it was made with. */
  readonly reflections: readonly string[];
  readonly event: "plan.thin" | "plan.empty" | undefined;
  /** Set where the plan is new at this step; a kept plan is counted once. */
  readonly made?: Plan;
  /** Categories of the session's plan before this one. */
  readonly previous?: readonly CategoryIndex[];
}

export interface ServedStep {
  readonly result: StepResult;
  readonly plan: PlanInForce;
}

interface StandingPlan {
  readonly session: Session;
  readonly plan: Plan;
  readonly reflections: readonly string[];
  readonly mask: CategoryMask | undefined;
  readonly event: "plan.thin" | "plan.empty" | undefined;
  readonly previous: readonly CategoryIndex[] | undefined;
  /** Steps served under it. */
  age: number;
}

const NO_PLAN: PlanInForce = { categories: [], source: "none", reflections: [], event: undefined };

export class Stepper {
  /** By slot. */
  private readonly standing = new Map<number, StandingPlan>();

  constructor(readonly parts: StepperParts) {}

  /** Opens what the environment runs with the policy; once, before the first step. */
  open(): void {
    for (const session of this.parts.environment.sessions) this.parts.policy.open(session);
  }

  /**
   * Serves one slate to every running session.
   * @param meanwhile settled before anything is served: work that planning may overlap, such as the critic's
   */
  async step(signal: AbortSignal, meanwhile?: Promise<void>): Promise<readonly ServedStep[]> {
    const { environment, policy, mode } = this.parts;
    const sessions = environment.sessions;
    await Promise.all([this.plan(sessions, signal), meanwhile]);
    const slates = policy.act(
      sessions.map((session) => ({ session, mask: this.standing.get(session.slot)?.mask })),
      mode,
    );
    const served = environment.step(slates).map((result) => ({ result, plan: this.inForce(result.session) }));
    policy.observe(served.map(({ result }) => result));
    for (const { result } of served) this.turn(result);
    return served;
  }

  /** Plans for the sessions that have none, or have kept theirs for long enough. */
  private async plan(sessions: readonly Session[], signal: AbortSignal): Promise<void> {
    const { planner, masks, sampleReflections } = this.parts;
    if (!planner) return;
    const replanEvery = this.parts.replanEvery();
    const due = sessions.filter(({ slot }) => (this.standing.get(slot)?.age ?? replanEvery) >= replanEvery);
    if (due.length === 0) return;
    const requests = due.map((session) => ({ session, reflections: sampleReflections() }));
    const plans = await planner.plan(requests, signal);
    for (const [i, { session, reflections }] of requests.entries()) {
      const plan = plans[i] as Plan;
      const { mask, event } = masks.build(session, plan.categories);
      this.standing.set(session.slot, {
        session,
        plan,
        reflections: reflections.map(({ id }) => id),
        mask,
        event,
        previous: this.standing.get(session.slot)?.plan.categories,
        age: 0,
      });
    }
  }

  private inForce({ slot }: Session): PlanInForce {
    const standing = this.standing.get(slot);
    if (!standing) return NO_PLAN;
    const { plan, reflections, event, previous, age } = standing;
    const isNew = age === 0;
    return {
      categories: plan.categories,
      source: isNew ? plan.source : "reused",
      reflections,
      event,
      ...(plan.callId !== undefined && { callId: plan.callId }),
      ...(isNew && { made: plan }),
      ...(isNew && previous && { previous }),
    };
  }

  /** Ages the plan; a session that ended takes its plan along, and its successor is opened. */
  private turn({ session, finished, next }: StepResult): void {
    const standing = this.standing.get(session.slot);
    if (standing) standing.age++;
    if (!finished) return;
    this.standing.delete(session.slot);
    if (next) this.parts.policy.open(next);
  }

  /** Plans in force, for a checkpoint; sessions are told by their slots. */
  state(): StepperState {
    return [...this.standing.values()].map(({ session, plan, reflections, event, previous, age }) => ({
      slot: session.slot,
      plan,
      reflections,
      age,
      ...(event && { event }),
      ...(previous && { previous }),
    }));
  }

  /** After the environment was restored. The masks are built again. */
  restore(state: StepperState): void {
    const sessions = new Map(this.parts.environment.sessions.map((session) => [session.slot, session]));
    this.standing.clear();
    for (const { slot, plan, reflections, age, event, previous } of state) {
      const session = sessions.get(slot);
      if (!session) continue;
      const begun: Session = { ...session, steps: session.steps.slice(0, session.steps.length - age) };
      const { mask } = this.parts.masks.build(begun, plan.categories);
      this.standing.set(slot, { session, plan, reflections, mask, event, previous, age });
    }
  }
}

export type StepperState = readonly {
  readonly slot: number;
  readonly plan: Plan;
  readonly reflections: readonly string[];
  readonly age: number;
  readonly event?: "plan.thin" | "plan.empty";
  readonly previous?: readonly CategoryIndex[];
}[];
