/** `policy.backend: "tfjs"` against our kernels: the same gradient steps from the same start. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../../src/engine/data/dataset.ts";
import { Actor } from "../../../src/engine/policy/actor.ts";
import { KernelGradients } from "../../../src/engine/policy/kernelGradients.ts";
import { Learner, type StepStatistics } from "../../../src/engine/policy/learner.ts";
import { type ObjectiveName, policyObjective } from "../../../src/engine/policy/losses.ts";
import type { Minibatch } from "../../../src/engine/policy/minibatches.ts";
import { PolicyModel } from "../../../src/engine/policy/model.ts";
import { ActorCritic } from "../../../src/engine/policy/network.ts";
import { assess, type Fragment } from "../../../src/engine/policy/rollout.ts";
import { sessionNotes } from "../../../src/engine/policy/sessionNotes.ts";
import type { LossesMeant } from "../../../src/engine/policy/stepGradients.ts";
import { TargetNetwork } from "../../../src/engine/policy/targetNetwork.ts";
import { TfjsGradients } from "../../../src/engine/policy/tfjsGradients.ts";
import { userIdentity } from "../../../src/engine/policy/unknownUser.ts";
import { updateRule } from "../../../src/engine/policy/updateRule.ts";
import { viewsOf } from "../../../src/engine/policy/views.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { loadTfjs, type Tfjs } from "../../../src/engine/tensor/tfjs/availability.ts";
import type { Experiment, ExperimentInput } from "../../../src/protocol/experiment.ts";
import { difference } from "../tensor/support.ts";
import { openSession, step, toyDataset, toyExperiment } from "./fixtures.ts";

const SEED = 3;
const USERS = 5;
const rates = { action: 1e-3, value: 1e-2, encoder: 1e-3, std: 1e-3 };
const dataset = toyDataset();
let tfjs: Tfjs;
let engine: TensorEngine;

beforeAll(async () => {
  tfjs = await loadTfjs();
  engine = await TensorEngine.create({ backend: "wasm", workers: 0 });
});

afterAll(() => engine.dispose());

function partsOf(experiment: Experiment, backend: "kernels" | "tfjs", objective: ObjectiveName, data = dataset) {
  const views = viewsOf(experiment);
  const model = new PolicyModel(engine, new ActorCritic(data, experiment, views.positions));
  model.store.initialize(SEED, "policy");
  const rule = updateRule(experiment);
  const target = new TargetNetwork(model);
  const gradients =
    backend === "kernels"
      ? new KernelGradients(model, views, rule, policyObjective(objective, rule.clip), target, SEED)
      : new TfjsGradients(tfjs.tf, model, views, rule, objective, target, SEED);
  const learner = new Learner(model, rule, gradients, target, SEED, true);
  return { views, model, rule, learner, notes: sessionNotes(experiment), identity: userIdentity(data) };
}

type Parts = ReturnType<typeof partsOf>;

/** Sessions of different lengths, one of which the user left, lived by the policy as it starts. */
function rollout({ model, views, rule, notes, identity }: Parts): Fragment[] {
  const options = { slateSize: 2, exclusion: "infinity", dropout: 0, notes, seed: SEED, identity } as const;
  const actor = new Actor(model, views, USERS, options);
  const sessions = Array.from({ length: USERS }, (_, slot) => openSession(dataset, slot, 0, slot, 2 + slot));
  for (const session of sessions) actor.open(session);
  const fragments = sessions.map(
    ({ slot }): Fragment => ({ slot, sequence: actor.sequence(slot), transitions: [], bootstrap: 0.3 }),
  );
  for (let t = 0; t < 4; t++) {
    const acting = sessions.filter(({ slot }) => t < 2 + (slot % 3));
    const { slates, decisions } = actor.act(
      acting.map((session) => ({ session, mask: undefined })),
      "sample",
    );
    acting.forEach((session, i) => {
      const served = step([...slates.slice(2 * i, 2 * i + 2)], [t % 2, i % 2]);
      const fragment = fragments[session.slot] as Fragment;
      const decision = decisions[i] as (typeof decisions)[number];
      session.steps.push(served);
      actor.observe(session);
      fragment.transitions.push({
        ...decision,
        // Off the policy by a little, so that ratios differ from 1 and some are clipped.
        logProbability: decision.logProbability + 0.3 * ((t + i) % 3) - 0.3,
        order: USERS * t + session.slot,
        reward: served.reward,
        terminated: session.slot === 1 && t === 2,
        nextTokens: fragment.sequence.length,
        advantage: 0,
        target: 0,
      });
    });
  }
  actor.dispose();
  assess(fragments, rule);
  return fragments;
}

/** Whole sessions, single transitions, everything. */
function batchesOf(fragments: readonly Fragment[]): Minibatch[] {
  const whole = fragments.map((fragment) => ({ fragment, transitions: fragment.transitions }));
  const single = fragments.map((fragment) => ({ fragment, transitions: fragment.transitions.slice(1, 2) }));
  return [whole.slice(0, 3), whole.slice(3), single, whole, whole];
}

/** Users 1, 3, ... are unknown to the policy. */
const withStrangers: Dataset = {
  ...dataset,
  heldOut: Uint8Array.from({ length: dataset.users }, (_, user) => user % 2),
};

const variants: readonly (readonly [string, ExperimentInput, ObjectiveName])[] = [
  ["packed", {}, "ppo"],
  ["windowed", { policy: { layout: "windowed" }, simulator: { historyLength: 4 } }, "ppo"],
  ["A2C", {}, "a2c"],
  ["click loss", { policy: { clickLoss: 2, state: "session", tableScale: 0.1 } }, "ppo"],
  ["dropout", { ppo: { dropout: 0.3 } }, "ppo"],
  ["full covariance", { fidelity: { switches: { actionStd: "full" } } }, "ppo"],
  ["one-step advantages with a target network", { fidelity: { switches: { advantage: "one-step" } } }, "ppo"],
  ["the TD target's encoder gradient", { fidelity: { switches: { encoderGradient: "td-target" } } }, "ppo"],
  ["the reference", { fidelity: { mode: "reference" }, policy: { layout: "windowed" } }, "ppo"],
  ["the reference with a click loss", { fidelity: { mode: "reference" }, policy: { clickLoss: 2 } }, "ppo"],
];

function expectSameUpdates(
  input: ExperimentInput,
  objective: ObjectiveName,
  data = dataset,
  meant: LossesMeant = "all",
): void {
  const experiment = toyExperiment({ ...input, ppo: { entropyCoefficient: 0.01, ...input.ppo } });
  const ours = partsOf(experiment, "kernels", objective, data);
  const theirs = partsOf(experiment, "tfjs", objective, data);
  const fragments = rollout(ours);
  for (const batch of batchesOf(fragments)) {
    const expected = ours.learner.step(batch, rates, meant);
    const statistics = theirs.learner.step(batch, rates, meant);
    for (const name of Object.keys(expected) as (keyof StepStatistics)[]) {
      expect(difference([statistics[name]], [expected[name]]), name).toBeLessThan(1e-4);
    }
    expect(difference([theirs.model.gaussian().entropy], [ours.model.gaussian().entropy])).toBeLessThan(1e-4);
  }
  expect(difference(theirs.model.store.values, ours.model.store.values)).toBeLessThan(1e-4);
  expect(theirs.learner.target.values.length).toBe(ours.learner.target.values.length);
  expect(difference(theirs.learner.target.values, ours.learner.target.values)).toBeLessThan(1e-4);
  for (const { learner, model } of [ours, theirs]) {
    learner.dispose();
    model.dispose();
  }
}

describe.each(variants)("%s", (_, input, objective) => {
  it("gives our kernels' losses, gradient norms and weights, update after update", () =>
    expectSameUpdates(input, objective));
});

it("gives them with unknown users too", () => expectSameUpdates({}, "ppo", withStrangers));

it.each([{}, { fidelity: { mode: "reference" }, policy: { layout: "windowed" } }] as const)(
  "gives those of a warm start, which clicks alone teach (%j)",
  (input) => expectSameUpdates(input, "ppo", dataset, "clicks"),
);

it("leaves no tensors behind", () => {
  const { tf } = tfjs;
  const before = tf.memory().numTensors;
  const parts = partsOf(toyExperiment(), "tfjs", "ppo");
  const variables = tf.memory().numTensors;
  for (const batch of batchesOf(rollout(parts))) parts.learner.step(batch, rates);
  expect(tf.memory().numTensors).toBe(variables);
  parts.learner.dispose();
  parts.model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
