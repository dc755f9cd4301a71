import { expect, it } from "vitest";
import { START, TokenSequence } from "../../../src/engine/policy/tokens.ts";
import { openSession, step, toyDataset } from "./fixtures.ts";

const dataset = toyDataset();

it("holds the start token, the logged history and the slates in rank order", () => {
  const session = openSession(dataset, 1);
  const sequence = new TokenSequence(session);
  sequence.append(step([5, 3], [1, 0]));
  expect([...sequence.items]).toEqual([START, ...session.history.items, 5, 3]);
  expect([...sequence.feedback]).toEqual([0, ...session.history.feedback, 1, 0]);
});

it("of a session under way equals the one that grew with it", () => {
  const session = openSession(dataset, 2);
  const grown = new TokenSequence(session);
  for (let i = 0; i < 200; i++) {
    const served = step([i % 24, (i + 1) % 24], [i % 2, 0]);
    session.steps.push(served);
    grown.append(served);
  }
  const reopened = new TokenSequence(session);
  expect(reopened.items).toEqual(grown.items);
  expect(reopened.feedback).toEqual(grown.feedback);
});
