import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { viewSequence } from "../../../src/engine/encoder/views.ts";
import { Actor } from "../../../src/engine/policy/actor.ts";
import { GradientShard } from "../../../src/engine/policy/gradientShard.ts";
import { KernelGradients } from "../../../src/engine/policy/kernelGradients.ts";
import { Learner } from "../../../src/engine/policy/learner.ts";
import { clippedSurrogate } from "../../../src/engine/policy/losses.ts";
import { PolicyModel } from "../../../src/engine/policy/model.ts";
import { ActorCritic } from "../../../src/engine/policy/network.ts";
import type { Fragment, Transition } from "../../../src/engine/policy/rollout.ts";
import { sessionNotes } from "../../../src/engine/policy/sessionNotes.ts";
import { TargetNetwork } from "../../../src/engine/policy/targetNetwork.ts";
import { userIdentity } from "../../../src/engine/policy/unknownUser.ts";
import { updateRule } from "../../../src/engine/policy/updateRule.ts";
import { viewsOf } from "../../../src/engine/policy/views.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import type { ExperimentInput } from "../../../src/protocol/experiment.ts";
import { type OpenSession, openSession, step, toyDataset, toyExperiment } from "./fixtures.ts";

const dataset = toyDataset();
let engine: TensorEngine;

beforeAll(async () => {
  engine = await TensorEngine.create({ backend: "wasm", workers: 0 });
  await tf.setBackend("cpu");
});

afterAll(() => engine.dispose());

const identity = userIdentity(dataset);

/** A policy's parts with a rollout of three sessions, the second of which the user left. */
function rollout(input: ExperimentInput) {
  const experiment = toyExperiment(input);
  const views = viewsOf(experiment);
  const network = new ActorCritic(dataset, experiment, views.positions);
  const model = new PolicyModel(engine, network);
  model.store.initialize(3, "policy");
  const rule = updateRule(experiment);
  const target = new TargetNetwork(model);
  const gradients = new KernelGradients(model, views, rule, clippedSurrogate(rule.clip), target, 3);
  const learner = new Learner(model, rule, gradients, target, 3, true);
  const notes = sessionNotes(experiment);
  const options = { slateSize: 2, exclusion: "infinity", dropout: 0, notes, seed: 3, identity } as const;
  const actor = new Actor(model, views, 3, options);
  const sessions = [0, 1, 2].map((slot) => openSession(dataset, slot));
  for (const session of sessions) actor.open(session);
  const fragments: Fragment[] = sessions.map(({ slot }) => ({
    slot,
    sequence: actor.sequence(slot),
    transitions: [],
    bootstrap: 0,
  }));
  for (let t = 0; t < 4; t++) serve(actor, sessions, fragments, t);
  return { experiment, views, network, model, rule, gradients, learner, actor, fragments };
}

function serve(actor: Actor, sessions: readonly OpenSession[], fragments: readonly Fragment[], t: number): void {
  const { slates, decisions } = actor.act(
    sessions.map((session) => ({ session, mask: undefined })),
    "sample",
  );
  decisions.forEach((decision, slot) => {
    const fragment = fragments[slot] as Fragment;
    const served = step([...slates.slice(2 * slot, 2 * slot + 2)], [t % 2, slot % 2]);
    const session = sessions[slot] as OpenSession;
    session.steps.push(served);
    actor.observe(session);
    fragment.transitions.push({
      ...decision,
      // Off the policy by a little, so that ratios differ from 1 and some are clipped.
      logProbability: decision.logProbability + 0.3 * ((t + slot) % 3) - 0.3,
      order: 3 * t + slot,
      reward: served.reward,
      terminated: slot === 1 && t === 3,
      nextTokens: fragment.sequence.length,
      advantage: ((t + slot) % 3) - 0.8,
      target: 0.3 * t - 0.2 * slot,
    });
  });
}

type Parts = ReturnType<typeof rollout>;

const everything = ({ fragments }: Parts) =>
  fragments.map((fragment) => ({ fragment, transitions: fragment.transitions }));

/** The whole loss at the parameters as they stand, leaving no gradients behind. */
function lossOf(parts: Parts): number {
  const { model, gradients, rule } = parts;
  const { policyLoss, valueLoss, clickLoss } = gradients.compute(everything(parts), 0);
  const { store } = model;
  engine.memory.floats(store.shardGradients, store.shards * store.layout.denseLength).fill(0);
  const ofClicks = rule.clickLoss * clickLoss;
  return policyLoss + rule.valueCoefficient * valueLoss + ofClicks - rule.entropyCoefficient * model.gaussian().entropy;
}

/** Gradient of the whole loss, [layout.length]. */
function gradientOf(parts: Parts): Float32Array {
  const { model, gradients } = parts;
  const { store } = model;
  const { length, denseLength } = store.layout;
  gradients.compute(everything(parts), 0);
  const gradient = new Float32Array(length);
  for (let shard = 0; shard < store.shards; shard++) {
    const own = engine.memory.floats(store.shardGradient(shard), denseLength);
    for (let i = 0; i < denseLength; i++) gradient[i] = (gradient[i] as number) + (own[i] as number);
    own.fill(0);
  }
  engine.run(gradients.scatters);
  const tables = engine.memory.floats(store.gradient, length);
  gradient.set(tables.subarray(denseLength), denseLength);
  tables.fill(0);
  return gradient;
}

/** Means and values of all transitions, fragment by fragment. */
function outputsOf({ model, views, network, fragments }: Parts): { means: number[]; values: number[] } {
  const shard = new GradientShard(model, 0);
  const { feedbackWidth } = network.states.shape;
  const means: number[] = [];
  const values: number[] = [];
  for (const { sequence, transitions } of fragments) {
    for (const { tokens } of transitions) {
      const view = viewSequence(views, sequence, tokens, [tokens], feedbackWidth, network.states.start);
      shard.recordForward([view], { dropout: 0, key: 0, target: undefined });
      engine.run([shard.tape]);
      means.push(...shard.views().means);
      values.push(shard.views().values[0] as number);
    }
  }
  shard.dispose();
  return { means, values };
}

const groupSum = (parts: Parts, gradient: Float32Array, group: string) =>
  parts.network.layout.parameters
    .filter((parameter) => parameter.group === group)
    .reduce((sum, { offset, length }) => {
      return sum + gradient.subarray(offset, offset + length).reduce((total, g) => total + Math.abs(g), 0);
    }, 0);

describe.each([
  { policy: { layout: "packed" } },
  { policy: { layout: "windowed" }, simulator: { historyLength: 4 } },
  { fidelity: { switches: { actionStd: "full" } } },
  { policy: { clickLoss: 2, tableScale: 0.1 } },
  { policy: { clickLoss: 2, state: "session", layout: "windowed" }, simulator: { historyLength: 4 } },
] as ExperimentInput[])("the whole loss (%j)", (input) => {
  it("has the gradient that finite differences give, parameter by parameter", () => {
    const parts = rollout({ ...input, ppo: { entropyCoefficient: 0.01 } });
    const gradient = gradientOf(parts);
    const { values, layout } = parts.model.store;
    for (const { name, offset, length } of layout.parameters) {
      // Along the gradient's signs, where the loss changes most and rounding weighs least.
      const direction = gradient.subarray(offset, offset + length).map(Math.sign);
      const expected = gradient.subarray(offset, offset + length).reduce((sum, g) => sum + Math.abs(g), 0);
      if (expected < 1e-4) continue;
      const h = Math.min(2e-3, 2e-3 / expected) + 2e-4;
      const kept = values.slice(offset, offset + length);
      const moved = (by: number) => {
        for (let i = 0; i < length; i++) values[offset + i] = (kept[i] as number) + by * (direction[i] as number);
        parts.model.version++;
        const loss = lossOf(parts);
        values.set(kept, offset);
        return loss;
      };
      const slope = (moved(h) - moved(-h)) / (2 * h);
      expect(Math.abs(slope - expected) / (expected + 0.02), name).toBeLessThan(0.03);
    }
  });
});

it("PPO's loss has TensorFlow.js's gradients by means, values and log standard deviations", () => {
  const parts = rollout({ ppo: { entropyCoefficient: 0.01 } });
  const { network, model, rule, fragments } = parts;
  const transitions = fragments.flatMap((fragment) => fragment.transitions);
  const { means, values } = outputsOf(parts);
  const width = network.actionWidth;
  const rows = transitions.length;
  const column = (of: (transition: Transition) => number) => tf.tensor1d(transitions.map(of));
  const actions = tf.tensor2d(
    transitions.flatMap(({ action }) => [...action]),
    [rows, width],
  );
  const oldLogProbabilities = column(({ logProbability }) => logProbability);
  const advantages = column(({ advantage }) => advantage);
  const targets = column(({ target }) => target);

  const loss = (meanShift: tf.Tensor, valueShift: tf.Tensor, logStd: tf.Tensor): tf.Scalar => {
    const z = actions.sub(tf.tensor2d(means, [rows, width]).add(meanShift)).div(logStd.exp());
    const logProbabilities = z
      .square()
      .mul(-0.5)
      .sub(logStd)
      .sub(0.5 * Math.log(2 * Math.PI))
      .sum(1);
    const ratio = logProbabilities.sub(oldLogProbabilities).exp();
    const clipped = ratio.clipByValue(1 - rule.clip, 1 + rule.clip);
    const policy = tf.minimum(ratio.mul(advantages), clipped.mul(advantages)).mean().neg();
    const value = tf.tensor1d(values).add(valueShift).sub(targets).square().mean();
    const entropy = logStd.add(0.5 * (1 + Math.log(2 * Math.PI))).sum();
    return policy.add(value.mul(rule.valueCoefficient)).sub(entropy.mul(rule.entropyCoefficient)) as tf.Scalar;
  };
  const spread = tf.tensor1d(model.spread().slice());
  const expected = tf.grads(loss)([tf.zeros([width]), tf.zeros([1]), spread]);

  const gradient = gradientOf(parts);
  const ours = [network.action.linears.at(-1)?.bias, network.value.linears.at(-1)?.bias, network.spread];
  ours.forEach((parameter, i) => {
    const { offset = 0, length = 0 } = parameter ?? {};
    const theirs = expected[i]?.dataSync() ?? new Float32Array();
    expect(length).toBe(theirs.length);
    gradient.subarray(offset, offset + length).forEach((g, j) => {
      expect(g).toBeCloseTo(theirs[j] as number, 5);
    });
  });
});

describe("a full pass", () => {
  it.each([
    ["packed", {}],
    ["windowed", { policy: { layout: "windowed" }, simulator: { historyLength: 4 } }],
    ["outgrown", { simulator: { historyLength: 6, quit: { rule: "temper", initialTemper: 1 } } }],
  ] as [string, ExperimentInput][])("gives the values of the cached rollout bit for bit (%s)", (_, input) => {
    const parts = rollout(input);
    const rolledOut = parts.fragments.flatMap(({ transitions }) => transitions.map(({ value }) => value));
    expect(outputsOf(parts).values).toEqual(rolledOut);
  });
});

describe("fidelity", () => {
  const tdTarget: ExperimentInput = { fidelity: { switches: { encoderGradient: "td-target" } } };

  it("td-target: the encoder learns through the next state's value only", () => {
    const parts = rollout(tdTarget);
    expect(groupSum(parts, gradientOf(parts), "encoder")).toBeGreaterThan(1e-4);
    for (const { transitions } of parts.fragments) {
      for (const transition of transitions) transition.terminated = true;
    }
    const gradient = gradientOf(parts);
    expect(groupSum(parts, gradient, "encoder")).toBe(0);
    expect(groupSum(parts, gradient, "action")).toBeGreaterThan(0);
    expect(groupSum(parts, gradient, "value")).toBeGreaterThan(0);
  });

  it("one-step: uses lambda 0, clip 0.8, raw advantages and a target network that follows with tau 0.01", () => {
    const parts = rollout({ fidelity: { switches: { advantage: "one-step" } } });
    expect(parts.rule).toMatchObject({ lambda: 0, clip: 0.8, normaliseAdvantage: false, targetTau: 0.01 });
    const { learner, model, network } = parts;
    const { offset: first } = network.layout.parameter("value.0.weight");
    const before = learner.target.values.slice();
    expect(before).toEqual(model.store.values.slice(first, first + before.length));
    learner.step(everything(parts), { action: 1e-3, value: 1e-2, encoder: 0, std: 0 });
    const value = model.store.values;
    learner.target.values.forEach((target, i) => {
      const old = before[i] as number;
      expect(target).toBeCloseTo(old + 0.01 * ((value[first + i] as number) - old), 6);
    });
  });

  it("the paper's rule keeps GAE, the given clip and no target network", () => {
    const { rule } = rollout({});
    expect(rule).toMatchObject({ lambda: 0.95, clip: 0.2, normaliseAdvantage: true, samples: "all" });
    expect(rule.targetTau).toBeUndefined();
    expect(rule.encoderGradient).toBe("state");
  });

  it("acting dropout: the reference's training mode drops out in rollouts and updates, the paper's mode nowhere", () => {
    const { rule } = rollout({ fidelity: { switches: { actingDropout: "on" } } });
    expect([rule.dropout, rule.actingDropout]).toEqual([0.1, 0.1]);
    expect(rollout({}).rule).toMatchObject({ dropout: 0, actingDropout: 0 });
    expect(rollout({ ppo: { dropout: 0.3 } }).rule).toMatchObject({ dropout: 0.3, actingDropout: 0 });
  });

  it("acting dropout changes what is served and depends on the session's step alone", () => {
    const { model, views, actor } = rollout({});
    const notes = sessionNotes(toyExperiment());
    const options = { slateSize: 2, exclusion: "infinity", notes, seed: 3, identity } as const;
    const dropped = () => new Actor(model, views, 3, { ...options, dropout: 0.5 });
    const [together, alone] = [dropped(), dropped()];
    const sessions = [0, 1, 2].map((slot) => openSession(dataset, slot));
    for (const session of sessions) {
      together.open(session);
      alone.open(session);
      actor.open(session);
    }
    const values = together.values([0, 1, 2]);
    expect([0, 1, 2].map((slot) => alone.values([slot])[0])).toEqual([...values]);
    expect(actor.values([0, 1, 2])).not.toEqual(values);
  });
});
