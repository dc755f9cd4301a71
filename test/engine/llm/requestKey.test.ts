import { describe, expect, it } from "vitest";
import { requestKey } from "../../../src/engine/llm/requestKey.ts";
import { request } from "./modelServer.ts";

describe("a request's key", () => {
  const provider = { kind: "openai", baseUrl: "http://a" } as const;
  const key = requestKey(provider, request("x"));

  it("is the same whoever asks", () => {
    expect(requestKey(provider, request("x", { id: "other", promptHash: "1" }))).toBe(key);
  });

  it("differs by everything that may change the answer", () => {
    const schema = { name: "s", schema: {} };
    const others = [
      requestKey({ ...provider, baseUrl: "http://b" }, request("x")),
      requestKey({ ...provider, kind: "vscode" }, request("x")),
      ...[{ model: "n" }, { temperature: 0 }, { seed: 0 }, { maxTokens: 0 }, { schema }, { repeat: 1 }].map((more) =>
        requestKey(provider, request("x", more)),
      ),
      requestKey(provider, request("y")),
    ];
    expect(new Set([key, ...others]).size).toBe(others.length + 1);
  });
});
