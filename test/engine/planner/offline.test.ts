import { describe, expect, it } from "vitest";
import { categoriesOf, historyOf } from "../../../src/engine/data/dataset.ts";
import { OfflinePlanner } from "../../../src/engine/planner/offline.ts";
import { lastSlateCategories } from "../../../src/engine/simulator/interest.ts";
import type { Session } from "../../../src/engine/simulator/session.ts";
import type { OfflineStrategy } from "../../../src/protocol/experiment/models.ts";
import { interestIn, latentDataset, sessionOf, toyDataset } from "../simulator/toy.ts";

/** Categories 0 .. 5 with two items each: items 2c and 2c + 1. */
const items = Array.from({ length: 12 }, (_, item) => [Math.floor(item / 2)]);
const dataset = toyDataset(items, [
  [
    [0, 1],
    [2, 0],
    [4, 1],
  ],
  [[0, 0]],
]);

function planner(strategy: OfflineStrategy, categoriesPerPlan: number, data = dataset): OfflinePlanner {
  return new OfflinePlanner({ dataset: data, interest: interestIn(data), strategy, categoriesPerPlan });
}

const plan = (strategy: OfflineStrategy, count: number, session: Session) =>
  planner(strategy, count).planFor(session).categories;

describe("round-robin", () => {
  it("takes categories in turn from the session's own start", () => {
    const at = (steps: number) =>
      plan(
        "round-robin",
        2,
        sessionOf(
          Array.from({ length: steps }, () => [0]),
          { key: 1 },
        ),
      );
    expect([at(0), at(1), at(2), at(3)]).toEqual([
      [1, 2],
      [3, 4],
      [5, 0],
      [1, 2],
    ]);
  });

  it("never plans more than half, so that the next plan shares nothing", () => {
    expect(plan("round-robin", 5, sessionOf([], { key: 0 }))).toEqual([0, 1, 2]);
    expect(plan("round-robin", 5, sessionOf([[0]], { key: 0 }))).toEqual([3, 4, 5]);
  });

  it("leaves out categories without items", () => {
    const holey = toyDataset([[0], [2], [3]], [[[0, 1]]]);
    expect(interestIn(holey).items.served).toEqual([0, 2, 3]);
    expect(planner("round-robin", 2, holey).planFor(sessionOf([], { key: 1 })).categories).toEqual([2, 3]);
  });
});

describe("least recently used", () => {
  it("starts with what was never shown, then goes on with what was shown longest ago", () => {
    expect(
      plan(
        "least-recently-used",
        4,
        sessionOf([
          [0, 2],
          [4, 6],
        ]),
      ),
    ).toEqual([4, 5, 0, 1]);
  });

  it("counts the logged history", () => {
    const history = historyOf(dataset, 0, 100);
    expect(plan("least-recently-used", 6, sessionOf([], { history }))).toEqual([3, 4, 5, 0, 1, 2]);
  });
});

describe("top interest", () => {
  it("prefers what the user clicks", () => {
    const clicked = sessionOf([[0], [2], [4]]);
    const steps = clicked.steps.map((step, t) => ({ ...step, feedback: [t === 1 ? 1 : 0] }));
    const later = { ...clicked, steps: [...steps, ...sessionOf([[10], [10]]).steps] };
    const ranking = interestIn(dataset).rank(later);
    expect(ranking.indexOf(1)).toBeLessThan(ranking.indexOf(0));
    expect(ranking.indexOf(1)).toBeLessThan(ranking.indexOf(2));
  });

  it("lets a category rest after it was shown and then comes back to it", () => {
    const interest = interestIn(dataset);
    const fresh = interest.profile(sessionOf([[0, 1]])).recent[0] ?? 0;
    const rested =
      interest.profile(
        sessionOf([
          [0, 1],
          [10, 11],
          [8, 9],
        ]),
      ).recent[0] ?? 0;
    expect(fresh).toBeCloseTo(1.85, 12);
    expect(rested).toBeCloseTo(1.85 * 0.85 ** 4, 12);
  });

  it("takes another positive feedback for interest where no click was recorded", () => {
    const views = { ...dataset, feedbackTypes: ["is_click", "long_view", "is_hate"] };
    const log = { ...views.log, observed: new Uint8Array(4).fill(0b110), feedback: Uint8Array.of(0b10, 0b100, 0, 0) };
    const { logOdds } = interestIn({ ...views, log }).profile(
      sessionOf([], { history: historyOf({ ...views, log }, 0, 3) }),
    );
    expect(logOdds[0]).toBeGreaterThan(logOdds[1] ?? 0);
    expect(logOdds[1]).toBeCloseTo(logOdds[2] ?? 0, 1);
  });
});

describe.each(["top-interest", "least-recently-used"] as const)("%s", (strategy) => {
  it("never plans a category of the last slate while two others are left", () => {
    const data = latentDataset();
    const session = sessionOf([[0, 1, 2, 3, 4, 5]], { user: 3, history: historyOf(data, 3, 100) });
    const { categories } = planner(strategy, 8, data).planFor(session);
    const avoided = lastSlateCategories(data, session);
    expect([...avoided]).toEqual([...new Set([0, 1, 2, 3, 4, 5].flatMap((item) => [...categoriesOf(data, item)]))]);
    expect(categories.some((category) => avoided.has(category))).toBe(false);
    expect(new Set(categories).size).toBe(categories.length);
    expect(categories.length).toBeGreaterThanOrEqual(2);
  });

  it("goes on with the last slate's when fewer than two are left", () => {
    const chosen = plan(strategy, 3, sessionOf([[0, 2, 4, 6, 8]]));
    expect(chosen[0]).toBe(5);
    expect(chosen).toHaveLength(3);
  });

  it("plans each session as if it were alone", async () => {
    const data = latentDataset();
    const sessions = [0, 1, 2].map((user) =>
      sessionOf([[user, 7, 9]], { user, slot: user, history: historyOf(data, user, 50) }),
    );
    const many = await planner(strategy, 4, data).plan(sessions.map((session) => ({ session, reflections: [] })));
    expect(many.map(({ categories }) => categories)).toEqual(
      sessions.map((session) => planner(strategy, 4, data).planFor({ ...session, slot: 0 }).categories),
    );
    expect(many.every(({ source }) => source === "offline")).toBe(true);
  });
});
