import { describe, expect, it } from "vitest";
import { spoken } from "../../../src/engine/llm/thoughts.ts";

const ANSWER = "The plan is [10, 11].";
const DRAFT = "Perhaps [12, 13]? No.";

describe("thoughts in a reply are told from the answer", () => {
  it.each([
    ["think", `<think>${DRAFT}</think>\n\n${ANSWER}`],
    ["think in capitals", `<THINK>\n${DRAFT}\n</THINK>${ANSWER}`],
    ["thinking", `<thinking>${DRAFT}</thinking>${ANSWER}`],
    ["reasoning", `<reasoning>${DRAFT}</reasoning>${ANSWER}`],
    ["Magistral's", `[THINK]${DRAFT}[/THINK]${ANSWER}`],
    ["Kimi's", `◁think▷${DRAFT}◁/think▷${ANSWER}`],
    ["Seed's", `<seed:think>${DRAFT}</seed:think>${ANSWER}`],
    ["Command's", `<|START_THINKING|>${DRAFT}<|END_THINKING|><|START_RESPONSE|>${ANSWER}<|END_RESPONSE|>`],
    ["of unknown beginning", `${DRAFT}\n</think>\n${ANSWER}`],
    ["of unknown beginning, Magistral's", `${DRAFT}[/THINK]${ANSWER}`],
    ["before a marked answer", `<think>${DRAFT}</think><answer>${ANSWER}</answer>`],
    [
      "on harmony's channels",
      `<|channel|>analysis<|message|>${DRAFT}<|end|><|start|>assistant<|channel|>final<|message|>${ANSWER}`,
    ],
    [
      "on harmony's channels, constrained",
      `<|channel|>analysis<|message|>${DRAFT}<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>${ANSWER}<|return|>`,
    ],
    ["on channels whose marks are lost", `analysis${DRAFT}assistantfinal${ANSWER}`],
  ])("%s", (_, reply) => {
    expect(spoken(reply)).toEqual({ answer: ANSWER, thought: DRAFT });
  });

  it("in two parts", () => {
    expect(spoken(`<think>one</think>${ANSWER}<think>two</think>`)).toEqual({ answer: ANSWER, thought: "one\ntwo" });
  });

  it.each([
    ["think", `<think>${DRAFT}`],
    ["Magistral's", `[THINK]${DRAFT}`],
    ["on a channel", `<|channel|>analysis<|message|>${DRAFT}`],
  ])("and where they do not end there is no answer: %s", (_, reply) => {
    expect(spoken(reply)).toEqual({ answer: "", thought: DRAFT });
  });

  it.each([
    ANSWER,
    "I think <b>dance</b> is best: [10, 11].",
    "A plan for people who think: [10, 11]",
    "analysis of the user: assistant plans [10, 11]",
  ])("and words alone are no mark: %s", (reply) => {
    expect(spoken(reply)).toEqual({ answer: reply, thought: "" });
  });
});
