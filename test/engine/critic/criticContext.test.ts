import { describe, expect, it } from "vitest";
import { criticContext, criticKnowledge } from "../../../src/engine/critic/criticContext.ts";
import { variablesOf } from "../../../src/protocol/promptVariables.ts";
import { quickstartPrompt } from "../prompts/examplePrompts.ts";
import { sessionOf, smallDataset, smallExperiment, step } from "../simulator/smallWorld.ts";

const knowledge = criticKnowledge(smallDataset(), smallExperiment());

describe("the critic's context", () => {
  const session = sessionOf([step([0, 1, 2], [1, 1, 1]), step([0, 1, 2], [1, 0, 0], true)]);

  it("holds exactly the variables of the table, with the session's statistics", () => {
    const context = criticContext(knowledge, { session, ended: "quit" });
    expect(Object.keys(context).sort()).toEqual([...variablesOf("critic").keys()].sort());
    expect(context).toMatchObject({ steps: 2, totalReward: 1.33, meanReward: 0.67, repeats: 1 });
    expect(context.ending).toContain("left");
  });

  it("shows the logged history of a session that has not begun", () => {
    const context = criticContext(knowledge, { session: sessionOf([]), ended: "quit" });
    expect(context.slates).toMatchObject([{ size: 3, clicks: 2 }, { size: 1 }]);
  });

  it("tells of the visit's categories what users in general click of them", () => {
    // Of four logged rows two were clicked, one each of Dance and Sport: (1 + 10 / 2) / 11 and (0 + 10 / 2) / 11.
    const { interests, global } = criticContext(knowledge, { session, ended: "quit" });
    expect(interests).toEqual([
      { id: 10, name: "Dance", label: "Dance", shown: 2, clicked: 2, usual: 55 },
      { id: 11, name: "Music", label: "Music", shown: 2, clicked: 1, usual: 45 },
      { id: 12, name: "Sport", label: "Sport", shown: 2, clicked: 1, usual: 55 },
    ]);
    expect(global).toMatchObject([55, 45, 55, 45].map((rate, i) => ({ id: 10 + i, rate })));
  });
});

describe("the default critic prompt", () => {
  it("says what section 8 asks for", () => {
    const session = sessionOf([step([0, 1, 2], [1, 0, 0], true)]);
    const [, user] = quickstartPrompt("critic").render(criticContext(knowledge, { session, ended: "quit" }));
    expect(user?.content).toContain("- Dance 1 of 1; Music 0 of 1; Sport 0 of 1 [repeats the slate before]");
    expect(user?.content).toContain(
      "- Dance: 1 of 1, in general 55%\n- Music: 0 of 1, in general 45%\n- Sport: 0 of 1, in general 55%\n\n",
    );
    expect(user?.content).toContain("What should the next visits do otherwise?");
    expect(user?.content).toContain("It ended because the user lost patience and left.");
  });
});
