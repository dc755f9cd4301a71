/** The learning policies: PPO, and A2C on the same network (docs/method.md, sections 5 and 6). */

import * as z from "zod";
import { fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Views } from "../encoder/views.ts";
import type { Session, SessionStep } from "../simulator/session.ts";
import { Actor, type ActorOptions } from "./actor.ts";
import { explainedVariance } from "./advantage.ts";
import { PolicyEvaluator } from "./evaluator.ts";
import { KernelGradients } from "./kernelGradients.ts";
import { Learner } from "./learner.ts";
import { loggedFragments } from "./loggedFragments.ts";
import { annealed, type ObjectiveName, policyObjective } from "./losses.ts";
import { PolicyModel } from "./model.ts";
import { ActorCritic, type Group, groups } from "./network.ts";
import type { ActMode, ActRequest, Diagnostics, LearnerOptions, Policy, PolicyOutcome, PolicyState } from "./policy.ts";
import { savedArray } from "./policy.ts";
import { assess, type Fragment } from "./rollout.ts";
import { sessionNotes } from "./sessionNotes.ts";
import { TargetNetwork } from "./targetNetwork.ts";
import { TfjsGradients } from "./tfjsGradients.ts";
import { userIdentity } from "./unknownUser.ts";
import { type UpdateRule, updateRule } from "./updateRule.ts";
import { viewsOf } from "./views.ts";

/** Learning rate by parameter group. */
export type LearningRates = Readonly<Record<Group, number>>;

/** PPO (section 6). */
export function createPpoPolicy(options: LearnerOptions): Policy {
  return create("ppo", options);
}

/**
 * A2C on the same network: the plain policy gradient with a correct done mask, one pass over each rollout. It shares
 * PPO's advantages, learning rates and gradient steps.
 */
export function createA2cPolicy(options: LearnerOptions): Policy {
  return create("a2c", options);
}

function create(name: ObjectiveName, options: LearnerOptions): Policy {
  const { engine, dataset, experiment } = options;
  const { policy, simulator, fidelity } = experiment;
  const seed = options.seed ?? experiment.seed;
  const views = viewsOf(experiment);
  const model = new PolicyModel(engine, new ActorCritic(dataset, experiment, views.positions));
  model.store.initialize(seed, "policy");
  const rule = updateRule(experiment);
  const learnerRule: UpdateRule = name === "ppo" ? rule : { ...rule, epochs: 1 };
  const target = new TargetNetwork(model);
  const gradients =
    engine.tfjs === undefined
      ? new KernelGradients(model, views, rule, policyObjective(name, rule.clip), target, seed)
      : new TfjsGradients(engine.tfjs.tf, model, views, rule, name, target, seed);
  const learner = new Learner(model, learnerRule, gradients, target, seed, policy.layout === "packed");
  const actorOptions: ActorOptions = {
    slateSize: simulator.slateSize,
    exclusion: fidelityChoice(fidelity, "excludedItems"),
    dropout: rule.actingDropout,
    notes: sessionNotes(experiment),
    seed,
    identity: userIdentity(dataset),
  };
  const training = { ...actorOptions, identity: userIdentity(dataset, seed) };
  const actor = new Actor(model, views, options.slots ?? simulator.users, training);
  const logged = () => loggedFragments(dataset, views.positions, training);
  return new ActorCriticPolicy(name, model, views, actor, actorOptions, learner, rule, experiment, logged);
}

const rate = z.number();

/** What `state().json` holds. */
const savedCountersSchema = z.strictObject({
  gradientSteps: z.int(),
  updates: z.int(),
  learningRates: z.strictObject({ action: rate, value: rate, encoder: rate, std: rate }),
  anneal: z.boolean(),
});
type SavedCounters = z.output<typeof savedCountersSchema>;

class ActorCriticPolicy implements Policy {
  private learningRates: LearningRates;
  private anneal: boolean;
  /** Updates so far. */
  private updates = 0;
  /** The rollout: fragments that have at least one transition. */
  private fragments: Fragment[] = [];
  /** Fragment of each slot's session, while it is under way. */
  private readonly current = new Map<number, Fragment>();
  private acted = 0;

  constructor(
    readonly name: string,
    private readonly model: PolicyModel,
    private readonly views: Views,
    private readonly actor: Actor,
    private readonly actorOptions: ActorOptions,
    private readonly learner: Learner,
    private readonly rule: UpdateRule,
    private readonly experiment: Experiment,
    private readonly logged: () => readonly Fragment[],
  ) {
    this.learningRates = experiment.ppo.learningRates;
    this.anneal = experiment.ppo.anneal;
  }

  configure({ ppo }: Experiment): void {
    this.learningRates = ppo.learningRates;
    this.anneal = ppo.anneal;
  }

  /** The warm start (section 6). */
  async prepare(progress: (fraction: number) => void): Promise<void> {
    const passes = this.experiment.policy.warmStart;
    if (passes === 0) return;
    await this.learner.fitClicks(this.logged(), passes, this.learningRates, progress);
  }

  open(session: Session): void {
    this.actor.open(session);
    this.current.delete(session.slot);
  }

  act(requests: readonly ActRequest[], mode: ActMode): Int32Array {
    const { slates, decisions } = this.actor.act(requests, mode);
    requests.forEach(({ session }, i) => {
      const decision = decisions[i];
      if (decision === undefined) return;
      this.fragmentOf(session.slot).transitions.push({
        ...decision,
        order: this.acted++,
        reward: 0,
        terminated: false,
        nextTokens: decision.tokens,
        advantage: 0,
        target: 0,
      });
    });
    return slates;
  }

  observe(outcomes: readonly PolicyOutcome[]): void {
    const cut: Fragment[] = [];
    for (const { session, reward, terminated, truncated } of outcomes) {
      const fragment = this.fragmentOf(session.slot);
      const transition = fragment.transitions.at(-1);
      if (transition === undefined) throw new Error(`slot ${session.slot} observed before it acted`);
      this.actor.observe(session);
      transition.reward = reward;
      if (this.experiment.policy.clickLabels === "truth") {
        transition.probabilities = (session.steps.at(-1) as SessionStep).probabilities;
      }
      transition.terminated = terminated;
      transition.nextTokens = fragment.sequence.length;
      if (terminated || truncated) this.current.delete(session.slot);
      if (truncated && !terminated) cut.push(fragment);
    }
    this.bootstrap(cut);
  }

  async learn(): Promise<Diagnostics> {
    this.bootstrap([...this.current.values()]);
    const { returns, values } = assess(this.fragments, this.rule);
    const rates = this.ratesInForce();
    const { clickLoss, ...statistics } = await this.learner.update(this.fragments, rates);
    this.updates++;
    this.fragments = [];
    this.current.clear();
    this.acted = 0;
    const { entropy, std } = this.model.gaussian();
    return {
      ...statistics,
      ...(this.rule.clickLoss > 0 && { clickLoss }),
      entropy,
      explainedVariance: explainedVariance(returns, values),
      learningRate: rates.action,
      std,
    };
  }

  evaluator(slots: number): Policy {
    const actor = new Actor(this.model, this.views, slots, this.actorOptions);
    return new PolicyEvaluator(this.name, actor);
  }

  state(): PolicyState {
    const json: SavedCounters = {
      gradientSteps: this.model.steps,
      updates: this.updates,
      learningRates: this.learningRates,
      anneal: this.anneal,
    };
    const arrays = Object.entries(this.arrays()).map(([name, values]) => [name, values.slice()] as const);
    return { json, arrays: Object.fromEntries(arrays) };
  }

  restore({ json, arrays }: PolicyState): void {
    const counters = savedCountersSchema.parse(json);
    for (const [name, place] of Object.entries(this.arrays())) {
      place.set(savedArray(arrays, name, place.length));
    }
    this.model.steps = counters.gradientSteps;
    this.learner.adam.steps = counters.gradientSteps;
    this.updates = counters.updates;
    this.learningRates = counters.learningRates;
    this.anneal = counters.anneal;
    this.model.version++;
    this.fragments = [];
    this.current.clear();
    this.acted = 0;
  }

  async dispose(): Promise<void> {
    this.actor.dispose();
    this.learner.dispose();
    this.model.dispose();
  }

  /** What a checkpoint keeps besides counters, by the names it has there. */
  private arrays(): Readonly<Record<string, Float32Array>> {
    const { values, moments } = this.model.store;
    const [moment1, moment2] = moments;
    return { weights: values, moment1, moment2, target: this.learner.target.values };
  }

  /** The fragment that a slot's transitions go to; a new one begins with a session or with a rollout. */
  private fragmentOf(slot: number): Fragment {
    const open = this.current.get(slot);
    if (open !== undefined) return open;
    const fragment: Fragment = { slot, sequence: this.actor.sequence(slot), transitions: [], bootstrap: 0 };
    this.current.set(slot, fragment);
    this.fragments.push(fragment);
    return fragment;
  }

  /** Values sessions that were cut short of their end with the observation that came last. */
  private bootstrap(fragments: readonly Fragment[]): void {
    const slots = fragments.map(({ slot }) => slot);
    if (slots.length === 0) return;
    const values = this.actor.values(slots);
    fragments.forEach((fragment, i) => {
      fragment.bootstrap = values[i] as number;
    });
  }

  private ratesInForce(): LearningRates {
    const share = this.anneal ? annealed(this.updates, this.experiment.training.iterations) : 1;
    return Object.fromEntries(groups.map((group) => [group, this.learningRates[group] * share])) as LearningRates;
  }
}
