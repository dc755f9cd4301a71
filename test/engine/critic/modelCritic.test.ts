import { readFileSync } from "node:fs";
import type { LLMock } from "@copilotkit/aimock";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Critic } from "../../../src/engine/critic/critic.ts";
import { criticKnowledge } from "../../../src/engine/critic/criticContext.ts";
import { ModelCritic } from "../../../src/engine/critic/modelCritic.ts";
import { readReflection } from "../../../src/engine/critic/readReflection.ts";
import { parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import type { FinishedSession } from "../../../src/engine/simulator/session.ts";
import { answerAll, journalOf, never, onlooker, rig, startServer } from "../llm/modelServer.ts";
import { sessionOf, smallDataset, smallExperiment, step } from "../simulator/smallWorld.ts";

const read = (reply: string) => {
  const reflection = readReflection(reply, "stop");
  return "text" in reflection ? reflection.text : undefined;
};
const words = (n: number) => Array.from({ length: n }, (_, i) => `w${i}`).join(" ");

describe("a reflection in a reply", () => {
  it.each([
    ["as asked", "Vary dance with music to keep attention.", "Vary dance with music to keep attention."],
    ["with an announcement", "Reflection: Vary dance.", "Vary dance."],
    ["with a number", "Lesson 1: Vary dance.", "Vary dance."],
    [
      "with a colon of its own",
      "Users who want one lesson more: vary dance.",
      "Users who want one lesson more: vary dance.",
    ],
    ["with a name of its own", "Lesson 4fe2: vary dance.", "Lesson 4fe2: vary dance."],
    ["with an introduction", "Here is the lesson:\n\nVary dance.", "Vary dance."],
    ["in quotation marks", "“Vary dance.”", "Vary dance."],
    ["in bold", "**Insight:** Vary dance.", "Vary dance."],
    ["as a list", "- Vary dance.\n- Sleep more.", "Vary dance."],
    ["after a thought", "<think>They left early.</think>\nVary dance.", "Vary dance."],
    ["in a fence", "```text\nVary dance.\n```", "Vary dance."],
    ["with control characters", "Vary\u0007\tdance.", "Vary dance."],
  ])("%s", (_, reply, text) => {
    expect(read(reply)).toBe(text);
  });

  it("is cut to whole sentences of fewer than 20 words", () => {
    expect(read(`${words(10)}. ${words(9)}. ${words(5)}.`)).toBe(`${words(10)}. ${words(9)}.`);
    expect(readReflection(`${words(10)}. ${words(10)}.`, "stop")).toEqual({ text: `${words(10)}.`, trimmed: true });
    expect(readReflection(`${words(19)}.`, "stop")).toEqual({ text: `${words(19)}.`, trimmed: false });
  });

  it("is cut inside a sentence that is too long, at a clause where one ends late enough", () => {
    expect(read(`${words(30)}.`)).toBe(`${words(19)}.`);
    expect(read(`${words(12)}, ${words(30)}.`)).toBe(`${words(12)}.`);
    expect(read(`${words(3)}, ${words(30)}.`)).toBe(`${words(3)}, ${words(16)}.`);
  });

  it("stays short in languages without blanks between words, and for one endless word", () => {
    expect(read("多样化推荐。".repeat(100))).toBe("多样化推荐。".repeat(40));
    expect(readReflection("多样化推荐。少重复！", "stop")).toEqual({ text: "多样化推荐。少重复！", trimmed: false });
    expect(read("a".repeat(10_000))).toBe(`${"a".repeat(240)}.`);
  });

  it("is not taken from a reply that was cut off: it may have gone on otherwise", () => {
    for (const reply of ["Vary dance. And then the", "Vary dance and then the", "多推荐舞蹈。"])
      expect(readReflection(reply, "length")).toEqual({ problem: "it was cut off by the token limit" });
    const round = "Vary dance with music. ".repeat(9);
    expect(readReflection(round, "length")).toEqual({ problem: "it repeats itself without an end" });
  });

  it("is absent from empty replies", () => {
    for (const reply of ["", "  \n ", "...", "<think>hm", "Reflection:"]) expect(read(reply)).toBeUndefined();
  });

  it("has fewer than 20 words and one line, whatever the reply", () => {
    fc.assert(
      fc.property(fc.array(fc.lorem({ maxCount: 30, mode: "words" })), (lines) => {
        const text = read(lines.join("\n"));
        if (text === undefined) return;
        expect(text.split(/\s+/).length).toBeLessThan(20);
        expect(text).not.toMatch(/\n/);
      }),
    );
  });
});

describe("the critic that asks a model", () => {
  let server: LLMock;
  beforeEach(async () => {
    server = await startServer();
  });
  afterEach(() => server.stop());

  const promptText = readFileSync(new URL("../../../examples/quickstart/critic.lerl.md", import.meta.url), "utf8");
  const fallback: Critic = {
    reflect: async (finished) =>
      finished.map(({ session }) => ({ text: `offline ${session.slot}`, source: "offline" })),
  };
  const critic = (complete: ConstructorParameters<typeof ModelCritic>[0]["complete"]) =>
    new ModelCritic({
      complete,
      prompt: parsePrompt("critic.lerl.md", promptText),
      knowledge: criticKnowledge(smallDataset(), smallExperiment()),
      settings: { model: "test-model" },
      fallback,
      watch: onlooker("critic"),
    });
  const finished = [0, 1, 2].map((i) => ({
    session: sessionOf([step([0, 1, 2], [i & 1, i >> 1, 0], true)], i),
    ended: "quit" as const,
  }));

  it("takes a changed setting of the experiment with the next session", () => {
    const subject = critic(rig(`${server.url}/v1`).scheduler.complete);
    const food = () => (subject.context(finished[0] as FinishedSession).global as { items: number }[])[3]?.items;
    expect(food()).toBe(1);
    subject.configure(criticKnowledge(smallDataset(), smallExperiment({ planner: { mask: "any" } })));
    expect(food()).toBe(2);
  });

  it("writes one reflection per session, the fallback where the reply is of no use", async () => {
    answerAll(server, ({ messages }) =>
      String(messages.at(-1)?.content).includes("Dance 1 of 1") ? "" : "Vary dance.",
    );
    const wire = rig(`${server.url}/v1`);
    const subject = critic(wire.scheduler.complete);
    expect(await subject.reflect(finished, never)).toEqual([
      { text: "Vary dance.", source: "model", callId: "critic-3e8" },
      { text: "offline 1", source: "fallback", unusable: { cause: "it is empty", reply: "" } },
      { text: "Vary dance.", source: "model", callId: "critic-4b0" },
    ]);
    expect(subject.invalidReplies).toBe(1);
    expect(journalOf(server)).toHaveLength(4);
    expect(journalOf(server)[0]?.body).not.toHaveProperty("response_format");
  });

  it.each([
    ["goes round in circles", "Vary dance with music. ".repeat(9), "it repeats itself without an end", ["length", 1]],
    [
      "goes on and on",
      Array.from({ length: 60 }, (_, i) => `Dance ${i}`).join(" "),
      "it was cut off by",
      ["length", 2],
    ],
  ])("is asked for once more where the reply %s", async (_, content, problem, first) => {
    server.on({ endpoint: "chat" }, ({ messages }) =>
      String(messages.at(-1)?.content).includes(problem)
        ? { content: "Vary dance." }
        : { content, finishReason: "length" },
    );
    const wire = rig(`${server.url}/v1`);
    const [written] = await critic(wire.scheduler.complete).reflect(finished.slice(0, 1), never);
    expect(written).toEqual({ text: "Vary dance.", source: "model", callId: expect.stringMatching(/-retry$/) });
    expect(wire.rows.map(({ finish, attempts }) => [finish, attempts])).toEqual([first, ["stop", 1]]);
  });

  it("is of no use where it is a line of the visit that it was shown, and of use where the prompt offers it", async () => {
    const wire = rig(`${server.url}/v1`);
    const subject = critic(wire.scheduler.complete);
    const shown = subject.render(finished[1] as FinishedSession)[1]?.content ?? "";
    const line = /^- (.+ of .+)$/m.exec(shown)?.[1] ?? "";
    expect(line).not.toBe("");
    answerAll(server, () => line);
    const [written] = await subject.reflect(finished.slice(1, 2), never);
    expect(written).toMatchObject({ source: "fallback", unusable: { cause: "it repeats what it was shown" } });
    subject.setPrompt(parsePrompt("c", `${promptText}\nAnswer "Rotate more." or "Rotate less."\n`));
    server.clearFixtures();
    answerAll(server, () => "Rotate more.");
    expect(await subject.reflect(finished.slice(1, 2), never)).toMatchObject([
      { text: "Rotate more.", source: "model" },
    ]);
  });

  it("takes a changed prompt with the next session and counts trimmed replies", async () => {
    answerAll(server, () => `${words(30)}.`);
    const wire = rig(`${server.url}/v1`);
    const subject = critic(wire.scheduler.complete);
    await subject.reflect(finished.slice(0, 1), never);
    subject.setPrompt(parsePrompt("c", promptText.replace("# system\n", "# system\nChanged.\n")));
    await subject.reflect(finished.slice(0, 1), never);
    expect(wire.rows[1]?.messages[0]?.content).toMatch(/^Changed\./);
    expect(subject.trimmedReplies).toBe(2);
  });
});
