import { expect, test } from "vitest";
import { describeEvent, type ToldEvent, withPromptTexts } from "../../../../webview/studio/curves/timeline.ts";
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
