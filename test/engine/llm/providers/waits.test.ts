import { describe, expect, it } from "vitest";
import { askedWait } from "../../../../src/engine/llm/providers/waits.ts";
import { completion, hurried, json, never, request, rig } from "../modelServer.ts";
import { outcomeAt, plainServer } from "../plainServer.ts";

const NOON = Date.UTC(2026, 4, 1, 12);
const seconds = (headers: Record<string, string>, words = "") => askedWait(new Headers(headers), words, NOON);
const full = (reset: string, remaining = "0") => ({
  "x-ratelimit-remaining-requests": remaining,
  "x-ratelimit-reset-requests": reset,
});

describe("the wait that a server asks for", () => {
  it.each<[string, Record<string, string>, number]>([
    ["seconds", { "retry-after": "3552" }, 3552],
    ["part of a second", { "retry-after": "0.25" }, 0.25],
    ["a date", { "retry-after": "Fri, 01 May 2026 12:00:34 GMT" }, 34],
    ["a date that is over", { "retry-after": "Fri, 01 May 2026 11:00:00 GMT" }, 0],
    ["milliseconds, which are more exact than seconds", { "retry-after-ms": "1500", "retry-after": "2" }, 1.5],
    ["when requests are to be had again", full("1m30.5s"), 90.5],
    ["when they are, in milliseconds", full("120ms"), 0.12],
    ["when tokens are", { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" }, 360],
    [
      "the later of both",
      { ...full("2s"), "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h" },
      3600,
    ],
    ["a time since 1970, in seconds", { "x-ratelimit-reset": String(NOON / 1000 + 20) }, 20],
    ["a time since 1970, in milliseconds", { "x-ratelimit-reset": String(NOON + 20_000) }, 20],
    ["seconds to the reset", { "ratelimit-reset": "7" }, 7],
  ])("as %s", (_, headers, wait) => {
    expect(seconds(headers)).toBeCloseTo(wait, 6);
  });

  it.each([
    ["Rate limit reached. Please try again in 59m12s. Visit the console", 3552],
    ["Please try again in 20s.", 20],
    ["Please try again in 340ms.", 0.34],
    ["Please retry in 34.5s", 34.5],
    ["Rate limit exceeded, retry after 12 seconds", 12],
    ["Please wait 2 minutes", 120],
  ])("in its words: %s", (words, wait) => {
    expect(seconds({}, words)).toBeCloseTo(wait, 6);
  });

  it.each<[string, Record<string, string>, string]>([
    ["nothing is said", {}, "slow down"],
    ["requests remain", full("6m0s", "12"), ""],
    ["what stands there is no time", { "retry-after": "soon" }, "try again later"],
  ])("is none where %s", (_, headers, words) => {
    expect(seconds(headers, words)).toBeUndefined();
  });
});

describe("a run", () => {
  it.each<[string, () => Record<string, string>, string]>([
    ["Retry-After", () => ({ "retry-after": "30" }), "slow down"],
    ["Retry-After as a date", () => ({ "retry-after": new Date(Date.now() + 31_000).toUTCString() }), "slow down"],
    ["retry-after-ms", () => ({ "retry-after-ms": "30000" }), "slow down"],
    ["x-ratelimit-reset-requests", () => full("30s"), "slow down"],
    ["its words", () => ({}), "Please try again in 30s."],
  ])("waits as long as the server asks in %s, without a pause", async (_, headers, message) => {
    const { base, sent } = await plainServer((res, __, nth) =>
      nth === 1 ? json(res, 429, { error: { message } }, headers()) : json(res, 200, completion("ok")),
    );
    const { scheduler, blocks } = rig(base, {}, { clock: hurried });
    expect((await scheduler.complete(request("a"), never)).attempts).toBe(2);
    const [first, second] = sent;
    // In hurried time 30 s are 300 ms; its own wait would be 5.
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(290);
    expect(blocks).toEqual([]);
  });

  it("pauses where it is to wait for an hour, and says why and until when", async () => {
    const { base, sent } = await plainServer((res) =>
      json(res, 429, { error: { message: "Rate limit reached on tokens per day" } }, { "retry-after": "3552" }),
    );
    const clockTime = () => new Date(Date.now() + 3_552_000).toTimeString().slice(0, 5);
    const earliest = clockTime();
    const { message } = await outcomeAt(base, { requests: 4 });
    expect(message).toContain("Rate limit reached on tokens per day.");
    const [, until] = /It asks to wait 60 min, until (?:\d+ \w+, )?(\d\d:\d\d)\.$/.exec(message) ?? [];
    expect([earliest, clockTime()]).toContain(until);
    expect(sent).toHaveLength(1);
  });
});
