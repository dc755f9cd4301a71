/**
 * One step of every running session: plan, mask, act, respond (docs/method.md, section 1, steps 1 to 5). Training and
 * evaluation take the same steps; they differ in the parts they hand in.
 */
import * as z from "zod";
import type { EpisodeStep } from "../../protocol/run.ts";
import type { CategoryIndex, Dataset } from "../data/dataset.ts";
import { keptCategories } from "../planner/keptPlan.ts";
import type { CategoryMasks } from "../planner/mask.ts";
import { type Plan, type Planner, type PlanRequest, planSchema, type ShownReflection } from "../planner/planner.ts";
import type { ActMode, Policy } from "../policy/policy.ts";
import type { Environment, StepResult } from "../simulator/environment.ts";
import type { CategoryMask, Session } from "../simulator/session.ts";

export interface StepperParts {
  readonly dataset: Dataset;
  readonly environment: Environment;
  /** Undefined: everything is allowed at every step. */
  readonly planner: Planner | undefined;
  readonly masks: CategoryMasks;
  readonly policy: Policy;
  readonly mode: ActMode;
  /** Reflections for one plan of a session. */
  readonly sampleReflections: (session: Session) => readonly ShownReflection[];
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
  readonly plan: Plan;
  readonly reflections: readonly string[];
  /** Of the step to come; a kept plan leaves out what was just shown. */
  mask: CategoryMask | undefined;
  event: "plan.thin" | "plan.empty" | undefined;
  readonly previous: readonly CategoryIndex[] | undefined;
  /** Steps served under it. */
  age: number;
}

/** Plans in force by slot. */
export const stepperStateSchema = z
  .array(
    z
      .strictObject({
        slot: z.int(),
        plan: planSchema,
        reflections: z.array(z.string()).readonly(),
        age: z.int(),
        previous: z.array(z.int()).readonly().exactOptional(),
      })
      .readonly(),
  )
  .readonly();
export type StepperState = z.output<typeof stepperStateSchema>;

const NO_PLAN: PlanInForce = { categories: [], source: "none", reflections: [], event: undefined };

export class Stepper {
  /** By slot. */
  private readonly standing = new Map<number, StandingPlan>();

  constructor(private readonly parts: StepperParts) {}

  /** Opens what the environment runs with the policy; once, before the first step. */
  open(): void {
    for (const session of this.parts.environment.sessions) this.parts.policy.open(session);
  }

  /** Serves one slate to every running session. */
  async step(signal: AbortSignal): Promise<readonly ServedStep[]> {
    await this.plan(this.prepare(), signal);
    return this.serve();
  }

  /**
   * First part of a step: which plans are due, and the reflections each is made with. Sampled here and now, so that what
   * enters the pool while the plans are made shows from the next step on.
   */
  prepare(): readonly PlanRequest[] {
    const { planner, sampleReflections, environment } = this.parts;
    if (!planner) return [];
    const replanEvery = this.parts.replanEvery();
    const isDue = ({ slot }: Session): boolean => (this.standing.get(slot)?.age ?? replanEvery) >= replanEvery;
    const { sessions } = environment;
    for (const session of sessions) if (!isDue(session)) this.keep(session);
    return sessions.filter(isDue).map((session) => ({ session, reflections: sampleReflections(session) }));
  }

  /** Second part: the plans. Other work may overlap it. */
  async plan(requests: readonly PlanRequest[], signal: AbortSignal): Promise<void> {
    if (requests.length === 0) return;
    const plans = (await this.parts.planner?.plan(requests, signal)) ?? [];
    for (const [i, { session, reflections }] of requests.entries()) {
      const plan = plans[i] as Plan;
      this.standing.set(session.slot, {
        plan,
        reflections: reflections.map(({ id }) => id),
        ...this.parts.masks.build(session, plan.categories),
        previous: this.standing.get(session.slot)?.plan.categories,
        age: 0,
      });
    }
  }

  /** Third part: slates, and what the users make of them. */
  serve(): readonly ServedStep[] {
    const { environment, policy, mode } = this.parts;
    const { sessions } = environment;
    const slates = policy.act(
      sessions.map((session) => ({ session, mask: this.standing.get(session.slot)?.mask })),
      mode,
    );
    const served = environment.step(slates).map((result) => ({ result, plan: this.inForce(result.session) }));
    policy.observe(served.map(({ result }) => result));
    for (const { result } of served) this.turn(result);
    return served;
  }

  /** What a kept plan still offers at this step. */
  private keep(session: Session): void {
    const standing = this.standing.get(session.slot);
    if (!standing) return;
    const { masks, dataset } = this.parts;
    Object.assign(standing, masks.build(session, keptCategories(dataset, session, standing.plan.categories)));
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

  /** Plans in force by slot, for a checkpoint. */
  state(): StepperState {
    return [...this.standing].map(([slot, { plan, reflections, previous, age }]) => ({
      slot,
      plan,
      reflections,
      age,
      ...(previous && { previous }),
    }));
  }

  /** After the environment was restored. Between steps every mask is still to be built. */
  restore(state: StepperState): void {
    this.standing.clear();
    for (const { slot, plan, reflections, age, previous } of state) {
      this.standing.set(slot, { plan, reflections, mask: undefined, event: undefined, previous, age });
    }
  }
}
