import { describe, expect, it } from "vitest";
import { ApiKeys } from "../../../src/extension/platform/secrets.ts";
import { secretStorage } from "../support/vscode.ts";

const keys = () => new ApiKeys(secretStorage());

describe("API keys", () => {
  it("belong to a server: its paths share it, another port does not", async () => {
    const stored = keys();
    await stored.set("https://api.example.com/v1", "secret");
    expect(await stored.get("https://api.example.com/v2/")).toBe("secret");
    expect(await stored.get("https://api.example.com:8443/v1")).toBeUndefined();
    expect(await stored.servers()).toEqual(["https://api.example.com"]);
    await stored.forget("https://api.example.com/v1");
    expect(await stored.get("https://api.example.com/v1")).toBeUndefined();
    expect(await stored.servers()).toEqual([]);
  });
});
