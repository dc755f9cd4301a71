import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { answersAt } from "../serving/answersAt.ts";
import { base, remount } from "./eachTestServer.ts";
import { completion, hurried, json, never, request, rig, scriptedMount } from "./modelServer.ts";
import { outcomeAt } from "./plainServer.ts";

function thinking(text: string, thought: string) {
  const { choices, ...whole } = completion(text);
  return {
    ...whole,
    choices: choices.map((choice) => ({ ...choice, message: { ...choice.message, reasoning: thought } })),
  };
}

describe("a key", () => {
  it("reaches the server and nothing else, even when the server sends it back", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lerl-key-"));
    const cache = await answersAt(join(folder, "answers.jsonl"));
    const secret = "sk-secret-0123456789";
    const echo = scriptedMount(
      (res, req) => json(res, 400, { error: { message: `bad key ${req.headers.authorization}`, param: secret } }),
      (res, req) => json(res, 500, { error: { message: `you sent ${req.headers.authorization}` } }),
      (res, req) => json(res, 200, thinking(`I know ${req.headers.authorization}`, `The key is ${secret}.`)),
      (res, req) => json(res, 401, { error: { message: `wrong ${req.headers.authorization}` } }),
    );
    remount(echo.mount);
    const { scheduler, rows, blocked, blocks } = rig(base, {}, { cache, apiKey: secret, clock: hurried });
    const errors: string[] = [];
    const reply = await scheduler.complete(request("a"), never);
    expect(reply).toMatchObject({ text: "I know Bearer [key]", thought: "The key is [key].", attempts: 3 });
    const stop = new AbortController();
    const second = scheduler
      .complete(request("b"), stop.signal)
      .catch((error) => errors.push(`${error} ${error.stack}`));
    expect((await blocked(1)).message).toContain("Bearer [key]");
    stop.abort(new Error("end"));
    await second;
    writeFileSync(join(folder, "llm.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    writeFileSync(join(folder, "events.json"), JSON.stringify({ blocks, errors }));
    expect(errors).toHaveLength(1);
    for (const file of readdirSync(folder))
      expect(readFileSync(join(folder, file), "utf8"), file).not.toContain(secret);
    rmSync(folder, { recursive: true });
  });

  it.each([200, 400])(
    "is told apart also where a server spells it in JSON's escapes, with status %s",
    async (status) => {
      remount(
        scriptedMount((res) => json(res, status, '{"error":{"message":"bad key \\u0073k-secret-0123456789"}}')).mount,
      );
      const { message } = await outcomeAt(base, { apiKey: "sk-secret-0123456789", limits: { retries: 0 } });
      expect(message).toContain("bad key [key]");
    },
  );

  it.each([
    ["a letter that no header can carry", "sk-secret/äß+0123456789", /holds a character/],
    ["a typographic quotation mark", "“sk-secret-0123456789”", /typographic quotation mark/],
    ["a blank", "sk-secret 0123456789", /a blank or a line break/],
  ])("that cannot be sent, with %s, is refused in words and is no part of them", (_, key, words) => {
    const make = () => rig(base, {}, { apiKey: key });
    expect(make).toThrow(words);
    expect(make).not.toThrow("sk-secret");
  });

  it("is sent without the line break it was copied with", async () => {
    const headers: (string | undefined)[] = [];
    const { mount } = scriptedMount((res, req) => {
      headers.push(req.headers.authorization);
      json(res, 200, completion("ok"));
    });
    remount(mount);
    await rig(base, {}, { apiKey: "sk-secret-0123456789\n" }).scheduler.complete(request("a"), never);
    expect(headers).toEqual(["Bearer sk-secret-0123456789"]);
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
