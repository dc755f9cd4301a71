import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { messageOf } from "../../../src/engine/errors.ts";
import { AnswerCache } from "../../../src/engine/llm/answerCache.ts";
import { ProviderError } from "../../../src/engine/llm/errors.ts";
import { base, remount } from "./eachTestServer.ts";
import { completion, hurried, json, never, request, rig, scriptedMount } from "./modelServer.ts";

describe("a key", () => {
  const key = "sk-secret/äß+0123456789";

  it("reaches the server and nothing else, even when the server sends it back", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lerl-key-"));
    const cache = AnswerCache.open(join(folder, "answers.jsonl"));
    const secret = "sk-secret-0123456789";
    const echo = scriptedMount(
      (res, req) => json(res, 400, { error: { message: `bad key ${req.headers.authorization}`, param: secret } }),
      (res, req) => json(res, 500, { error: { message: `you sent ${req.headers.authorization}` } }),
      (res, req) => json(res, 200, completion(`I know ${req.headers.authorization}`)),
      (res, req) => json(res, 401, { error: { message: `wrong ${req.headers.authorization}` } }),
    );
    remount(echo.mount);
    const { scheduler, rows, blocked, blocks } = rig(base, {}, { cache, apiKey: secret, clock: hurried });
    const errors: string[] = [];
    await scheduler
      .complete(request("a"), never)
      .catch((error) => errors.push(`${messageOf(error)} ${JSON.stringify(error)} ${error.stack}`));
    const reply = await scheduler.complete(request("b"), never);
    expect(reply.text).toBe("I know Bearer [key]");
    const stop = new AbortController();
    const third = scheduler.complete(request("c"), stop.signal).catch((error) => errors.push(String(error)));
    await blocked(1);
    stop.abort(new Error("end"));
    await third;
    writeFileSync(join(folder, "llm.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    writeFileSync(join(folder, "events.json"), JSON.stringify({ blocks, errors }));
    expect(errors).toHaveLength(2);
    expect(errors[0]).toContain("Bearer [key]");
    for (const file of readdirSync(folder))
      expect(readFileSync(join(folder, file), "utf8"), file).not.toContain(secret);
    rmSync(folder, { recursive: true });
  });

  it("that cannot be sent is no part of the error either", async () => {
    const { scheduler, blocked } = rig(base, { retries: 0 }, { apiKey: `${key}\n` });
    const stop = new AbortController();
    const answer = scheduler.complete(request("a"), stop.signal).catch((error) => error);
    const outcome = await Promise.race([blocked(1), answer]);
    expect(JSON.stringify(outcome) + messageOf(outcome)).not.toContain("sk-secret");
    stop.abort(new Error("end"));
    const ended: unknown = await answer;
    if (ended instanceof ProviderError) expect(ended.message).not.toContain("sk-secret");
  });

  it("is not sent where there is none", async () => {
    const headers: (string | undefined)[] = [];
    const { mount } = scriptedMount((res, req) => {
      headers.push(req.headers.authorization);
      json(res, 200, completion("ok"));
    });
    remount(mount);
    await rig(base).scheduler.complete(request("a"), never);
    expect(headers).toEqual([undefined]);
  });

  it("has no place in an address", () => {
    const make = () => rig("http://me:pass-word@127.0.0.1:1/v1");
    expect(make).toThrow("apiKeyVariable");
    expect(make).not.toThrow("pass-word");
  });
});
