import { describe, expect, it } from "vitest";
import { detectServers, tryModel } from "../../../src/engine/llm/detect.ts";
import { completion, json, scriptedMount, startServer } from "./modelServer.ts";

describe("finding model servers", () => {
  it("lists those that answer, with their models", async () => {
    const server = await startServer();
    const models = scriptedMount((res) => json(res, 200, { data: [{ id: "llama3" }, { id: "qwen3" }] }));
    const other = scriptedMount((res) => json(res, 200, "<html>"));
    server.mount("/ollama/v1", models.mount);
    server.mount("/web/v1", other.mount);
    const at = (name: string, baseUrl: string) => ({ name, baseUrl });
    const found = await detectServers([
      at("Ollama", `${server.url}/ollama/v1`),
      at("web page", `${server.url}/web/v1`),
      at("nobody", "http://127.0.0.1:1/v1"),
    ]);
    expect(found).toEqual([
      {
        name: "Ollama",
        baseUrl: `${server.url}/ollama/v1`,
        state: "ready",
        models: ["llama3", "qwen3"],
        listed: [
          { id: "llama3", chats: true },
          { id: "qwen3", chats: true },
        ],
      },
    ]);
    await server.stop();
  });

  it("says which is too slow to list its models", async () => {
    const server = await startServer();
    server.mount("/v1", scriptedMount(() => undefined).mount);
    expect(await detectServers([{ name: "x", baseUrl: `${server.url}/v1` }], 30)).toEqual([
      { name: "x", baseUrl: `${server.url}/v1`, state: "slow", models: [], listed: [] },
    ]);
    await server.stop();
  });

  it("tries one structured call and says how it was answered", async () => {
    const server = await startServer();
    server.mount("/good/v1", scriptedMount((res) => json(res, 200, completion('{"categories":[1,2]}'))).mount);
    server.mount(
      "/old/v1",
      scriptedMount(
        (res) => json(res, 400, { error: { message: "response_format not supported" } }),
        (res) => json(res, 200, completion('```json\n{"categories":[1,2]}\n```')),
      ).mount,
    );
    server.mount("/chatty/v1", scriptedMount((res) => json(res, 200, completion("Hello there"))).mount);
    server.mount("/locked/v1", scriptedMount((res) => json(res, 401, { error: { message: "no key" } })).mount);
    server.mount("/slow/v1", scriptedMount(() => undefined).mount);
    const tested = (name: string, withinMs = 10_000) =>
      tryModel({ baseUrl: `${server.url}/${name}/v1`, model: "m" }, withinMs);
    expect(await tested("good")).toMatchObject({ ok: true, structuredOutput: "json_schema" });
    expect(await tested("old")).toMatchObject({ ok: true, structuredOutput: "json_object" });
    expect(await tested("chatty")).toMatchObject({ ok: false, structuredOutput: "none" });
    expect((await tested("locked")).message).toContain("Check the key");
    expect((await tested("slow", 200)).message).toBe(
      "No answer within 0.2 s: m may still be loading. Try again in a while.",
    );
    await server.stop();
  });
});
