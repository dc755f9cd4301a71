import { describe, expect, it } from "vitest";
import { criticContext } from "../../../src/engine/critic/criticContext.ts";
import { variablesOf } from "../../../src/protocol/promptVariables.ts";
import { sessionOf, smallDataset, step } from "../simulator/smallWorld.ts";

const dataset = smallDataset();

describe("the critic's context", () => {
  const session = sessionOf([step([0, 1, 2], [1, 1, 1]), step([0, 1, 2], [1, 0, 0], true)]);

  it("holds exactly the variables of the table, with the session's statistics", () => {
    const context = criticContext({ dataset, slateSize: 3 }, { session, ended: "quit" });
    expect(Object.keys(context).sort()).toEqual([...variablesOf("critic").keys()].sort());
    expect(context).toMatchObject({ steps: 2, totalReward: 1.33, meanReward: 0.67, repeats: 1 });
    expect(context.ending).toContain("left");
  });

  it("shows the logged history of a session that has not begun", () => {
    const context = criticContext({ dataset, slateSize: 3 }, { session: sessionOf([]), ended: "quit" });
    expect(context.slates).toMatchObject([{ size: 3, clicks: 2 }, { size: 1 }]);
  });
});
