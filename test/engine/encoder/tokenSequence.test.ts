import { expect, it } from "vitest";
import { START, TokenSequence } from "../../../src/engine/encoder/tokenSequence.ts";
import { openSession, toyDataset } from "../policy/fixtures.ts";

const dataset = toyDataset();

it("holds the start token, the logged history and the slates in rank order", () => {
  const session = openSession(dataset, 1);
  const sequence = new TokenSequence(session.user, session.history);
  sequence.append([5, 3], [1, 0]);
  expect([...sequence.items]).toEqual([START, ...session.history.items, 5, 3]);
  expect([...sequence.feedback]).toEqual([0, ...session.history.feedback, 1, 0]);
});

it("grows beyond its first room", () => {
  const sequence = new TokenSequence(0, { items: new Int32Array(0), feedback: new Uint8Array(0) });
  const items = Array.from({ length: 1000 }, (_, i) => i);
  for (const item of items) sequence.append([item], [item % 4]);
  expect([...sequence.items]).toEqual([START, ...items]);
  expect([...sequence.feedback]).toEqual([0, ...items.map((item) => item % 4)]);
});
