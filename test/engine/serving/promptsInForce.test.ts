import { describe, expect, it } from "vitest";
import { PromptsInForce } from "../../../src/engine/serving/promptsInForce.ts";
import type { PromptTexts } from "../../../src/protocol/engine.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { criticPrompt, plannerPrompt } from "../commands/modelWorld.ts";
import { prompts } from "../runs/workshop.ts";

const other = plannerPrompt.replace("# user", "# user\n\nBriefly.");

function inForce(texts: PromptTexts = prompts) {
  const heard: (readonly [role: string, text: string, since: number])[] = [];
  const held = new PromptsInForce({
    experiment: experimentSchema.parse({}),
    texts,
    inForce: (role, { text }, since) => heard.push([role, text, since]),
  });
  return { held, heard };
}

describe("the prompts in force", () => {
  it("are those a run begins with, known by the hashes of their texts", () => {
    const { held, heard } = inForce();
    expect(held.hashes()).toEqual({});
    const planner = held.begin("planner");
    expect(held.hashes()).toEqual({ planner: planner.hash });
    const critic = held.begin("critic");
    expect(held.hashes()).toEqual({ planner: planner.hash, critic: critic.hash });
    expect(planner.hash).not.toBe(critic.hash);
    expect(heard).toEqual([
      ["planner", plannerPrompt, 0],
      ["critic", criticPrompt, 0],
    ]);
  });

  it("are replaced from an iteration on", () => {
    const { held, heard } = inForce();
    const { hash } = held.begin("planner");
    const { prompt, from } = held.change("planner", other, 7);
    expect(from).toBe(hash);
    expect(held.hashes()).toEqual({ planner: prompt.hash });
    expect(prompt.hash).not.toBe(hash);
    expect(heard.at(-1)).toEqual(["planner", other, 7]);
  });

  it("stay where a new text cannot be used, and nobody hears of it", () => {
    const { held, heard } = inForce();
    held.begin("planner");
    const before = held.hashes();
    const misspelt = plannerPrompt.replace("{{ slateSize }}", "{{ slateSise }}");
    expect(() => held.change("planner", misspelt, 7)).toThrow(/^planner\.lerl\.md:\d+:\d+: "slateSise"/);
    expect(() => held.check("planner", criticPrompt)).toThrow(
      expect.objectContaining({
        code: "prompt.wrong-role",
        message: expect.stringContaining("cannot be the planner's"),
      }),
    );
    expect(held.hashes()).toEqual(before);
    expect(heard).toHaveLength(1);
  });

  it("are only looked at by a check", () => {
    const { held, heard } = inForce();
    held.begin("planner");
    const before = held.hashes();
    expect(held.check("planner", other).text).toBe(other);
    expect(held.hashes()).toEqual(before);
    expect(heard).toHaveLength(1);
  });

  it("are refused by the name of the file that is missing", () => {
    expect(() => inForce({}).held.begin("critic")).toThrow(
      expect.objectContaining({
        code: "prompt.missing",
        message: expect.stringMatching(/^critic\.prompt: the file critic\.lerl\.md was not found/),
      }),
    );
  });
});
