import { describe, expect, it } from "vitest";
import { OfflineCritic } from "../../../src/engine/critic/offline.ts";
import type { Session } from "../../../src/engine/simulator/session.ts";
import { sessionOf, toyDataset } from "../simulator/toy.ts";

const base = toyDataset([[0], [0], [1], [2]], [[[0, 1]]]);
const dataset = {
  ...base,
  categories: ["Food", "Travel", "A name that is a whole sentence and goes on and on"].map((name, id) => ({
    id,
    name,
  })),
};

/** Serves slates of which the items in `liked` are clicked. */
function lived(slates: number[][], liked: readonly number[], repeated: readonly number[] = []): Session {
  const session = sessionOf(slates);
  const steps = session.steps.map((step, t) => ({
    ...step,
    feedback: step.items.map((item) => (liked.includes(item) ? 1 : 0)),
    repeated: repeated.includes(t),
  }));
  return { ...session, steps };
}

const reflect = (session: Session) => new OfflineCritic(dataset).reflectOn({ session, ended: "quit" });

describe("the critic without a model", () => {
  it("tells best and worst categories, repeats and steps", () => {
    expect(
      reflect(
        lived(
          [
            [0, 2],
            [1, 2],
            [0, 2],
          ],
          [0, 1],
          [1, 2],
        ),
      ),
    ).toEqual({
      text: "2 repeats in 3 steps: favour Food (3/3 clicked) over Travel (0/3); rotate more.",
      source: "offline",
    });
    expect(reflect(lived([[0], [2]], [2])).text).toBe(
      "2 steps without repeats: favour Travel (1/1 clicked) over Food (0/1); keep rotating.",
    );
  });

  it("stays under 20 words whatever the names are", () => {
    for (const session of [lived([[3, 0]], [3], [0]), lived([[3], [0]], [0]), lived([[3]], [3])]) {
      expect(reflect(session).text.split(/\s+/).length).toBeLessThan(20);
    }
  });

  it("does not weigh one category against itself", () => {
    expect(reflect(lived([[0], [1]], [0], [1])).text).toBe(
      "1 repeat in 2 steps: favour Food (1/2 clicked); rotate more.",
    );
  });

  it("is not misled by a single click", () => {
    const often = [[0], [0], [0], [0], [2]];
    const session = lived(often, [2]);
    const steps = session.steps.map((step, t) => (t < 3 ? { ...step, feedback: [1] } : step));
    expect(reflect({ ...session, steps }).text).toContain("favour Food (3/4 clicked) over Travel (1/1)");
  });

  it("says when nothing was clicked", () => {
    expect(reflect(lived([[0], [0], [2]], [], [1])).text).toBe(
      "1 repeat in 3 steps, nothing clicked: avoid Food (0/2), try others.",
    );
  });

  it("has nothing to say about a session without a step", () => {
    expect(reflect(sessionOf([])).text).toBe("");
  });

  it("writes one reflection per session, in order", async () => {
    const sessions = [lived([[0]], [0]), lived([[2]], [])];
    const texts = await new OfflineCritic(dataset).reflect(
      sessions.map((session) => ({ session, ended: "quit" as const })),
    );
    expect(texts).toEqual(sessions.map(reflect));
  });

  it("favours what was clicked, where another category was shown too little to tell", () => {
    // The first four times with one click, the second once without.
    expect(reflect(lived([[0], [0], [0], [0], [0], [0], [2]], [], [])).text).toContain("nothing clicked");
    const visit = lived([[0], [1], [1], [1], [1], [1], [1], [2]], [0]);
    expect(reflect(visit).text).toContain("favour Food (1/7 clicked)");
  });
});
