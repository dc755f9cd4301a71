import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { OpenAiProvider } from "../../../../src/engine/llm/providers/openai.ts";
import { completion, hurried, never, request, rig } from "../modelServer.ts";
import { plainServer } from "../plainServer.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a server that says nothing for longer than Node's own 300 s", () => {
  // Before anything was fetched: the HTTP client keeps the timer that it made first.
  beforeAll(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] }));
  afterAll(() => void vi.useRealTimers());

  it.each<[string, (res: ServerResponse) => void]>([
    ["before its answer", () => undefined],
    ["within its answer", (res) => void res.writeHead(200, { "content-type": "application/json" }).write(" ")],
  ])("is waited for: %s", async (_, begin) => {
    let end = (): unknown => undefined;
    const { base, sent } = await plainServer((res) => {
      begin(res);
      end = () => res.end(JSON.stringify(completion("at last")));
    });
    const answer = new OpenAiProvider({ baseUrl: base }).send(request("a"), never);
    answer.catch(() => undefined);
    while (sent.length === 0) await turn();
    for (let minute = 0; minute < 30; minute++) {
      await vi.advanceTimersByTimeAsync(60_000);
      for (let turns = 0; turns < 5; turns++) await turn();
    }
    end();
    expect((await answer).text).toBe("at last");
  });
});

it("a server that says nothing is given up by the setting alone, an hour if need be", async () => {
  const { base } = await plainServer(() => undefined);
  const clock = {
    now: () => hurried.now() * 1000,
    sleep: (ms: number, signal: AbortSignal) => hurried.sleep(ms / 1000, signal),
  };
  const { scheduler, blocked } = rig(base, { timeoutSeconds: 3600, retries: 0 }, { clock });
  const stop = new AbortController();
  const answer = scheduler.complete(request("a"), stop.signal).catch(() => undefined);
  expect((await blocked(1)).message).toContain("said nothing for 3600 s (models.timeoutSeconds)");
  stop.abort(new Error("end"));
  await answer;
});
