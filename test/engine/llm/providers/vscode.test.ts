import { describe, expect, it } from "vitest";
import { VscodeProvider } from "../../../../src/engine/llm/providers/vscode.ts";
import { hurried, never, request, rig } from "../modelServer.ts";

describe("the editor's models", () => {
  it("are asked through the host, two at a time, with messages only", async () => {
    const asked: unknown[] = [];
    let inFlight = 0;
    let most = 0;
    const provider = new VscodeProvider({
      ask: async (params) => {
        asked.push(params);
        most = Math.max(most, ++inFlight);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inFlight--;
        return { text: "ok", model: "editor-model" };
      },
    });
    const { scheduler, rows } = rig(provider);
    await Promise.all(
      [1, 2, 3, 4, 5].map((i) => scheduler.complete(request(`${i}`, { temperature: 1, seed: 2 }), never)),
    );
    expect(most).toBe(2);
    expect(Object.keys(asked[0] as object).sort()).toEqual(["messages", "model"]);
    expect(rows[0]).toMatchObject({ model: "test-model", tokensEstimated: true });
  });

  it("pause the run at their cap of calls, and a resume allows as many again", async () => {
    const provider = new VscodeProvider({ ask: async () => ({ text: "ok", model: "m" }), calls: 2 });
    const { scheduler, blocked, blocks, resume } = rig(provider);
    const answers = Promise.all([1, 2, 3, 4].map((i) => scheduler.complete(request(`${i}`), never)));
    expect(await blocked(1)).toMatchObject({ kind: "budget", limit: "calls", used: 2, allowed: 2 });
    resume();
    expect(await answers).toHaveLength(4);
    expect(blocks).toHaveLength(1);
  });

  it("pause the run when consent is refused, with the host's words", async () => {
    let refused = true;
    const provider = new VscodeProvider({
      ask: async () => {
        if (refused) throw new Error("You have not allowed this extension to use the model.");
        return { text: "ok", model: "m" };
      },
    });
    const { scheduler, blocked, resume } = rig(provider, {}, { clock: hurried });
    const answer = scheduler.complete(request("a"), never);
    expect((await blocked(1)).message).toContain("You have not allowed");
    refused = false;
    resume();
    expect((await answer).text).toBe("ok");
  });
});
