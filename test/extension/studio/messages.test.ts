import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMessage } from "../../../src/extension/studio/messages.ts";

const request = (method: string, params: unknown, id: unknown = 1) => ({ kind: "request", id, method, params });

describe("messages of the page", () => {
  it("are taken where they are requests", () => {
    const message = request("editPrompt", { role: "planner", text: "<b>{{ step }}</b>", version: 3 });
    expect(readMessage(message)).toEqual({ ok: true, message });
    const removal = request("editDocument", { changes: [{ path: "planner.model" }] });
    expect(readMessage(removal)).toEqual({ ok: true, message: removal });
  });

  it.each([
    ["an unknown method", request("eval", {}), /no request "eval"/],
    ["a method of every object", request("constructor", {}), /no request/],
    ["a method of the prototype", request("__proto__", {}), /no request/],
    ["a missing parameter", request("pause", {}), /pause: params\.runId: expected/],
    ["a parameter nobody asked for", request("ready", { command: "rm" }), /ready/],
    ["a role there is not", request("editPrompt", { role: "root", text: "", version: 1 }), /role/],
    ["a text of 5 MB", request("editPrompt", { role: "planner", text: "x".repeat(5e6), version: 1 }), /text/],
    ["a path that is none", request("editDocument", { changes: [{ path: "../x", value: 1 }] }), /path/],
    ["no change at all", request("apply", { runId: "r", changes: [] }), /changes/],
    [
      "a thousand changes",
      request("apply", { runId: "r", changes: Array(1000).fill({ path: "a", value: 1 }) }),
      /changes/,
    ],
    ["a seed that is no whole number", request("run", { seed: 0.5 }), /seed/],
    ["an encoding there is not", request("saveFile", { name: "x", content: "", encoding: "hex" }), /encoding/],
  ])("are refused with %s", (_, message, reason) => {
    const read = readMessage(message);
    expect(read).toMatchObject({ ok: false, id: 1 });
    expect(!read.ok && read.reason).toMatch(reason);
  });

  it("that hold anything whatever are read without an error", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (whole, params) => {
        expect(readMessage(whole).ok).toBe(false);
        expect(typeof readMessage(request("slice", params)).ok).toBe("boolean");
      }),
    );
  });
});
