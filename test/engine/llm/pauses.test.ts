import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { base, remount, restart, server } from "./eachTestServer.ts";
import { answerAll, completion, hurried, journalOf, json, never, request, rig, scriptedMount } from "./modelServer.ts";

describe("a server that is down", () => {
  it("pauses once, for everybody, and nothing is lost when it comes back", async () => {
    const port = server.port;
    await server.stop();
    const { scheduler, rows, blocked, resume, blocks } = rig(base, { retries: 2 }, { clock: hurried });
    const answers = Promise.all([1, 2, 3, 4].map((i) => scheduler.complete(request(`user ${i}`), never)));
    const block = await blocked(1);
    expect(block).toMatchObject({ kind: "unreachable", cause: "unreachable" });
    expect(block.message).toContain(base);
    await sleep(30);
    expect(rows).toEqual([]);
    await restart(port);
    answerAll(server, ({ messages }) => `to ${messages.at(-1)?.content}`);
    resume();
    expect((await answers).map(({ text }) => text)).toEqual([1, 2, 3, 4].map((i) => `to user ${i}`));
    expect(blocks).toHaveLength(1);
    expect(rows.every(({ error }) => error === undefined)).toBe(true);
  });

  it("pauses again when it is still down at the resume", async () => {
    await server.stop();
    const { scheduler, blocked, resume, blocks } = rig(base, { retries: 1 }, { clock: hurried });
    const stop = new AbortController();
    const answer = scheduler.complete(request("a"), stop.signal);
    await blocked(1);
    resume();
    await blocked(2);
    expect(blocks).toHaveLength(2);
    stop.abort(new Error("stopped"));
    await expect(answer).rejects.toThrow("stopped");
    await restart();
  });

  it("that refuses the key pauses at once and says what to check", async () => {
    const { mount, requests } = scriptedMount(
      (res) => json(res, 401, { error: { message: "Incorrect API key provided" } }),
      (res) => json(res, 200, completion("ok")),
    );
    remount(mount);
    const { scheduler, blocked, resume } = rig(base);
    const answer = scheduler.complete(request("a"), never);
    expect((await blocked(1)).message).toContain("Check the key");
    expect(requests()).toBe(1);
    resume();
    expect((await answer).text).toBe("ok");
  });
});

describe("an abort ends every wait", () => {
  const aborted = async (start: (signal: AbortSignal) => Promise<unknown>, after: number) => {
    const stop = new AbortController();
    const waiting = start(stop.signal);
    waiting.catch(() => undefined);
    await sleep(after);
    const at = performance.now();
    stop.abort(new Error("stopped by a person"));
    await expect(waiting).rejects.toThrow("stopped by a person");
    console.log(`aborted within ${(performance.now() - at).toFixed(1)} ms`);
  };

  it("for an answer, a Retry-After, a backoff, a rate, a free place, and a resume", async () => {
    const hanging = scriptedMount(() => undefined);
    remount(hanging.mount);
    await aborted((signal) => rig(base).scheduler.complete(request("answer"), signal), 50);

    const busy = scriptedMount((res) => json(res, 429, { error: { message: "x" } }, { "retry-after": "50" }));
    remount(busy.mount);
    await aborted((signal) => rig(base).scheduler.complete(request("retry-after"), signal), 100);

    const failing = scriptedMount((res) => json(res, 500, { error: { message: "x" } }));
    remount(failing.mount);
    await aborted((signal) => rig(base).scheduler.complete(request("backoff"), signal), 100);

    const { scheduler: refused } = rig(base, { retries: 0 });
    await aborted((signal) => refused.complete(request("resume"), signal), 100);

    remount(scriptedMount((res) => json(res, 200, completion("ok"))).mount);
    const { scheduler: rated } = rig(base, { requestsPerMinute: 1 });
    await rated.complete(request("first"), never);
    await aborted((signal) => rated.complete(request("second"), signal), 30);

    remount(scriptedMount(() => undefined).mount);
    const { scheduler: crowded, rows } = rig(base, { concurrency: 1 });
    const stop = new AbortController();
    const holder = crowded.complete(request("holder"), stop.signal);
    await aborted((signal) => crowded.complete(request("queued"), signal), 30);
    stop.abort(new Error("done"));
    await expect(holder).rejects.toThrow("done");
    await sleep(5);
    expect(rows.map(({ id, attempts, errorKind }) => [id, attempts, errorKind]).sort()).toEqual([
      ["planner-holder", 1, "aborted"],
      ["planner-queued", 0, "aborted"],
    ]);
  });

  it("of one caller leaves the others of a shared call alone", async () => {
    answerAll(server, () => "shared", 60);
    const { scheduler } = rig(base);
    const stop = new AbortController();
    const first = scheduler.complete(request("x"), stop.signal);
    const second = scheduler.complete(request("x"), never);
    await sleep(10);
    stop.abort(new Error("gone"));
    await expect(first).rejects.toThrow("gone");
    expect((await second).text).toBe("shared");
    expect(journalOf(server)).toHaveLength(1);
  });
});
