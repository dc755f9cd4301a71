import { expect, test } from "vitest";
import type { TimelineEvent } from "../../../../src/protocol/run.ts";
import {
  describeEvent,
  eventKind,
  isTick,
  type ToldEvent,
  toldEvents,
  withPromptTexts,
} from "../../../../webview/studio/curves/timeline.ts";
import { EDITED_PLANNER_TEXT, PLANNER_TEXT } from "../../support/fakeData.ts";

const at = { iteration: 34, userSteps: 8160 };

test("a changed prompt, recorded by hashes, is told by its lines", () => {
  const event: ToldEvent = { ...at, type: "change", path: "planner.prompt", from: "a1", to: "b2" };
  const version = { role: "planner" as const, file: "planner.lerl.md", since: 0 };
  const told = withPromptTexts(event, [
    { ...version, hash: "a1", text: PLANNER_TEXT },
    { ...version, hash: "b2", text: EDITED_PLANNER_TEXT },
  ]);
  const { title, detail, lines } = describeEvent(told);
  expect(title).toBe("Planner prompt changed");
  expect(detail).toBe("2 lines added, 1 removed");
  expect(lines.at(-1)).toBe("+ Keep one category the user clicked before.");
  // Without the texts, the hashes are all there is to tell.
  expect(describeEvent(withPromptTexts({ ...event }, [])).detail).toBe("a1 → b2");
});

test("a changed rule names what changed in it, old and new", () => {
  const event: ToldEvent = {
    ...at,
    type: "change",
    path: "simulator.quit",
    from: { rule: "temper", repeatCost: 1, window: 1 },
    to: { rule: "temper", repeatCost: 2, window: 1 },
  };
  expect(describeEvent(event).detail).toBe("repeatCost 1 → 2");
  expect(describeEvent({ ...at, type: "change", path: "reflections.k", from: 3, to: 5 }).detail).toBe("3 → 5");
});

test("of the stand-in's answers the first for each cause is told, as a warning with the reply; all are ticks", () => {
  const standIn = (iteration: number, more: Partial<Extract<TimelineEvent, { type: "stand-in" }>> = {}) => ({
    ...at,
    iteration,
    type: "stand-in" as const,
    role: "planner" as const,
    episode: "e1",
    cause: "it is empty",
    reply: "",
    ...more,
  });
  const cut = standIn(3, { cause: "it was cut off by the token limit", reply: "[1, 2" });
  const critics = standIn(4, { role: "critic" });
  const events: TimelineEvent[] = [
    { ...at, type: "started" },
    standIn(1),
    standIn(2),
    cut,
    critics,
    standIn(5),
    { ...at, type: "plan", code: "plan.invalid", episode: "e1", step: 2 },
  ];
  const told = toldEvents(events);
  expect(told.map(({ type, iteration }) => `${type} ${iteration}`)).toEqual([
    "started 34",
    "stand-in 1",
    "stand-in 3",
    "stand-in 4",
  ]);
  expect(events.filter(isTick)).toHaveLength(6);
  expect(eventKind(cut)).toBe("warning");
  expect(describeEvent(cut)).toMatchObject({
    title: "The stand-in answered for the planner's model: it was cut off by the token limit",
    detail: "It answered: [1, 2",
  });
  expect(describeEvent(critics)).toMatchObject({ detail: "", title: expect.stringContaining("the critic's model") });
});
