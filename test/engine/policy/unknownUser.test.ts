/** The unknown user (docs/method.md, section 13): whom it stands for, and what the encoder makes of it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../../src/engine/data/dataset.ts";
import { PolicyModel } from "../../../src/engine/policy/model.ts";
import { ActorCritic } from "../../../src/engine/policy/network.ts";
import { userIdentity } from "../../../src/engine/policy/unknownUser.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { openSession, toyDataset, toyExperiment } from "./fixtures.ts";

const everybody = toyDataset(40);
const dataset: Dataset = { ...everybody, heldOut: Uint8Array.from({ length: 40 }, (_, user) => (user < 8 ? 1 : 0)) };
const { users } = dataset;

let engine: TensorEngine;
beforeAll(async () => {
  engine = await TensorEngine.create({ backend: "plain", workers: 0 });
});
afterAll(() => engine.dispose());

describe("whom a policy takes a user for", () => {
  const session = (user: number, key = 1) => ({ ...openSession(dataset, 0), user, key });

  it("is the unknown one for those who are held out, and in training for a tenth of the others' visits", () => {
    const [known, training] = [userIdentity(dataset), userIdentity(dataset, 5)];
    for (let user = 0; user < users; user++) expect(known(session(user))).toBe(user < 8 ? users + user : user);
    const visits = Array.from({ length: 2000 }, (_, key) => training(session(20, key)));
    const unknown = visits.filter((user) => user === users + 20).length;
    expect(visits.filter((user) => user === 20)).toHaveLength(2000 - unknown);
    expect(unknown / 2000).toBeCloseTo(0.1, 1);
    // The visit alone decides: a run that goes on takes it for the same.
    expect(visits).toEqual(Array.from({ length: 2000 }, (_, key) => userIdentity(dataset, 5)(session(20, key))));
    expect(visits).not.toEqual(Array.from({ length: 2000 }, (_, key) => userIdentity(dataset, 6)(session(20, key))));
  });

  it("is themselves where nobody is held out", () => {
    expect(userIdentity(everybody, 5)(session(3))).toBe(3);
  });
});

describe("its encoding", () => {
  const modelOf = (data: Dataset) => {
    const model = new PolicyModel(engine, new ActorCritic(data, toyExperiment(), 100));
    model.store.initialize(3, "policy");
    return model;
  };
  function encodings({ engine: { memory, kernels }, network, store, features }: PolicyModel, ids: readonly number[]) {
    const { users: encoder, shape } = network.states;
    const region = memory.reserve(4096 * 16);
    let next = region.address;
    const take = (count: number) => {
      const address = next;
      next += count * 4;
      return address;
    };
    const w = encoder.workspace({ floats: take, integers: take } as never, ids.length);
    memory.integers(w.ids, ids.length).set(ids);
    encoder.forward(kernels, store.weights, features.users.address, w, ids.length);
    const all = memory.floats(w.output.address, ids.length * shape.encoding);
    const rows = ids.map((_, i) => [...all.slice(i * shape.encoding, (i + 1) * shape.encoding)]);
    region.release();
    return rows;
  }

  it("has the user's own features under one id for all", () => {
    const model = modelOf(dataset);
    // Of two features with 3 and 5 values the same user by user + 15, and other ones by user + 1.
    const [a, same, other, known] = encodings(model, [users + 2, users + 17, users + 3, 2]);
    expect(same).toEqual(a);
    expect(other).not.toEqual(a);
    expect(known).not.toEqual(a);
    model.dispose();
  });

  it("takes one row more, and none where nobody is held out", () => {
    const [with_, without] = [modelOf(dataset), modelOf(everybody)];
    const rows = ({ network: { states } }: PolicyModel) => states.users.table.length / states.shape.idEmbedding;
    expect(rows(without)).toBe(users + 3 + 5);
    expect(rows(with_)).toBe(users + 1 + 3 + 5);
    with_.dispose();
    without.dispose();
  });
});
