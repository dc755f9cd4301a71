import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { models } from "../../../src/engine/commands/doctor.ts";
import { detectServers, localServers, modelToTry, tryModel } from "../../../src/engine/llm/detect.ts";
import { completion, json } from "./modelServer.ts";
import { plainServer, type Sent } from "./plainServer.ts";

type Routes = Readonly<Record<string, unknown | (() => Promise<unknown>)>>;

const PLAN = '{"categories": [1, 2]}';
const GIB = 2 ** 30;

/** Answers these paths, and every question with a plan; knows no other path. */
const serving = (routes: Routes, status = 200) =>
  plainServer(async (res, { method, url }) => {
    const route = routes[url];
    if (method === "POST") json(res, 200, completion(PLAN));
    else if (route === undefined) json(res, 404, { error: "not found" });
    else json(res, status, typeof route === "function" ? await route() : route);
  });

const list = (...ids: readonly string[]) => ({ object: "list", data: ids.map((id) => ({ id, object: "model" })) });
const asked = (sent: readonly Sent[]) => sent.filter(({ method }) => method === "POST").map(({ body }) => body.model);
const found = async (baseUrl: string) => (await detectServers([{ name: "Server", baseUrl }]))[0];
const finding = async (baseUrl: string, wanted?: string) => (await models([{ name: "Server", baseUrl }], wanted))[0];

describe("a server that is there and cannot answer yet", () => {
  const loading = { error: { code: 503, message: "Loading model", type: "unavailable_error" } };

  it.each<[string, Routes, number, string, RegExp]>([
    ["has no model", { "/v1/models": list() }, 200, "empty", /answers but has no model.*ollama pull/],
    ["has no list either, as Ollama", { "/v1/models": { object: "list", data: null } }, 200, "empty", /has no model/],
    ["loads its model", { "/v1/models": loading }, 503, "loading", /still loading its model/],
    ["wants a key", { "/v1/models": { error: "Invalid API key" } }, 401, "keyed", /wants an API key.*apiKeyVariable/],
    ["wants another key", { "/v1/models": { error: "Forbidden" } }, 403, "keyed", /wants an API key/],
  ])("because it %s is found, asked nothing, and said to be so", async (_, routes, status, state, told) => {
    const { base, sent } = await serving(routes, status);
    expect(await found(base)).toMatchObject({ baseUrl: base, state, models: [] });
    expect(await finding(base)).toMatchObject({ name: "Server", state: "note", text: expect.stringMatching(told) });
    expect(asked(sent)).toEqual([]);
  });

  it("because it lists its models slowly is waited for", async () => {
    const { base } = await serving({ "/v1/models": () => sleep(1200).then(() => list("llama3")) });
    expect(await finding(base)).toMatchObject({ state: "good", text: expect.stringContaining("llama3") });
  });

  it("because it never lists its models is said to be busy", async () => {
    const { base } = await serving({ "/v1/models": () => sleep(3500) });
    expect(await finding(base)).toMatchObject({ state: "note", text: expect.stringContaining("may be busy loading") });
  });

  it.each<[string, unknown, number]>([
    ["a web page", "<!doctype html><title>Tomcat</title>", 200],
    ["an error that claims success", { error: "Unexpected endpoint" }, 200],
    ["a page of another kind of server", { status: "ok" }, 200],
    ["nothing of the kind", "404 page not found", 404],
    ["another trouble than loading", "upstream is down", 503],
  ])("is not mistaken for %s", async (_, body, status) => {
    const { base } = await serving({ "/v1/models": body }, status);
    expect(await found(base)).toBeUndefined();
    expect(await finding(base)).toMatchObject({ state: "note", text: expect.stringMatching(/none found/) });
  });
});

describe("an address", () => {
  it("is usual for Ollama, llama.cpp, LM Studio and vLLM", () => {
    const ports = Object.fromEntries(localServers.map(({ name, baseUrl }) => [name, new URL(baseUrl).port]));
    expect(ports).toEqual({ Ollama: "11434", "llama.cpp": "8080", "LM Studio": "1234", vLLM: "8000" });
  });

  it.each([
    ["without http://", (port: number) => `localhost:${port}/v1`],
    ["without http:// and /v1", (port: number) => `127.0.0.1:${port}`],
    ["without /v1", (port: number) => `http://127.0.0.1:${port}/`],
  ])("may be typed %s", async (_, typed) => {
    const { port } = await serving({ "/v1/models": list("llama3") });
    const { baseUrl = "", models: names } = (await found(typed(port))) ?? {};
    expect(new URL(baseUrl).pathname).toBe("/v1");
    expect(names).toEqual(["llama3"]);
  });
});

describe("the models of a server", () => {
  const studio = (...states: readonly (readonly [id: string, type: string, state: string])[]): Routes => ({
    "/v1/models": list(...states.map(([id]) => id)),
    "/api/v0/models": { data: states.map(([id, type, state]) => ({ id, type, state })) },
  });
  const ollama = (running: readonly string[], sizes: Readonly<Record<string, number>>): Routes => ({
    "/v1/models": list(...Object.keys(sizes)),
    "/api/tags": { models: Object.entries(sizes).map(([name, size]) => ({ name, size })) },
    "/api/ps": { models: running.map((name) => ({ name })) },
  });

  it("are listed with those that chat first, and their state, as LM Studio tells it", async () => {
    const { base } = await serving(
      studio(
        ["text-embedding-nomic", "embeddings", "not-loaded"],
        ["llama-70b", "llm", "not-loaded"],
        ["qwen-7b", "llm", "loaded"],
        ["llava", "vlm", "not-loaded"],
      ),
    );
    expect((await found(base))?.listed).toEqual([
      { id: "qwen-7b", chats: true, loaded: true },
      { id: "llama-70b", chats: true, loaded: false },
      { id: "llava", chats: true, loaded: false },
      { id: "text-embedding-nomic", chats: false, loaded: false },
    ]);
  });

  it("are listed with their size, as Ollama tells it", async () => {
    const { base } = await serving(
      ollama(["qwen3:8b"], { "nomic-embed-text": 274e6, "llama3:70b": 40e9, "qwen3:8b": 5e9 }),
    );
    expect((await found(base))?.listed).toEqual([
      { id: "qwen3:8b", chats: true, loaded: true, bytes: 5e9 },
      { id: "llama3:70b", chats: true, loaded: false, bytes: 40e9 },
      { id: "nomic-embed-text", chats: false, loaded: false, bytes: 274e6 },
    ]);
  });

  it.each(["bge-m3", "mxbai-embed-large", "jina-reranker-v2", "all-minilm", "whisper-1", "intfloat/e5-mistral"])(
    "are told by their names where the server says no more: %s is asked nothing",
    async (embedding) => {
      const { base, sent } = await serving({ "/v1/models": list(embedding, "gpt-oss") });
      expect((await found(base))?.models).toEqual(["gpt-oss", embedding]);
      expect(await finding(base)).toMatchObject({ state: "good" });
      expect(asked(sent)).toEqual(["gpt-oss"]);
    },
  );

  it("that only embed are said to be no help", async () => {
    const { base, sent } = await serving({ "/v1/models": list("bge-m3") });
    expect(await finding(base)).toMatchObject({ state: "note", text: expect.stringContaining("no chat model") });
    expect(asked(sent)).toEqual([]);
  });

  it.each<[string, Routes, string | undefined]>([
    ["that is loaded is tried", studio(["a-70b", "llm", "not-loaded"], ["b", "llm", "loaded"]), "b"],
    [
      "that is small is loaded to be tried",
      ollama([], { "big:70b": 40e9, "small:3b": 2 * GIB, "mid:8b": 5e9 }),
      "small:3b",
    ],
    [
      "that is loaded is tried before a smaller one",
      ollama(["big:70b"], { "big:70b": 40e9, "small:3b": 2e9 }),
      "big:70b",
    ],
    ["that is large is not loaded", ollama([], { "big:70b": 40e9, "nomic-embed-text": 274e6 }), undefined],
    ["of a size nobody tells is not loaded", studio(["a", "llm", "not-loaded"], ["b", "llm", "not-loaded"]), undefined],
    ["of a server that tells no more is tried", { "/v1/models": list("a", "b") }, "a"],
  ])("%s", async (_, routes, tried) => {
    const { base, sent } = await serving(routes);
    const { state, text = "" } = (await finding(base)) ?? {};
    expect(asked(sent)).toEqual(tried === undefined ? [] : [tried]);
    expect(state).toBe(tried === undefined ? "note" : "good");
    if (tried === undefined) expect(text).toMatch(/none of them loaded; --model <name> loads one/);
    expect(modelToTry((await found(base))?.listed ?? [])?.id).toBe(tried);
  });

  it("that is named is loaded and tried, however large", async () => {
    const { base, sent } = await serving(ollama([], { "big:70b": 40e9 }));
    expect(await finding(base, "big:70b")).toMatchObject({ state: "good" });
    expect(asked(sent)).toEqual(["big:70b"]);
  });

  it("that is named is tried also where the server has no list, and says itself what is wrong", async () => {
    const { base } = await plainServer((res) => json(res, 404, { error: { message: "model 'x' not found" } }));
    expect(await finding(base, "x")).toMatchObject({ state: "bad", text: expect.stringContaining("ollama pull x") });
  });
});

describe("a model that is tried", () => {
  it("and is late is not called bad: it may still be loading", async () => {
    const { base } = await plainServer(() => undefined);
    expect(await tryModel({ baseUrl: base, model: "m" }, 100)).toMatchObject({
      ok: false,
      late: true,
      message: expect.stringContaining("may still be loading"),
    });
  });

  it("and thinks longer than its limit is asked once more with room for it, as in a run", async () => {
    const { base, sent } = await plainServer((res, { body }) =>
      (body.max_tokens ?? Number.POSITIVE_INFINITY) < 700
        ? json(res, 200, completion("<think>Let me see", "length"))
        : json(res, 200, completion(`<think>Let me see.</think>${PLAN}`)),
    );
    expect(await tryModel({ baseUrl: base, model: "m" })).toMatchObject({ ok: true });
    expect(sent).toHaveLength(2);
  });

  it("at an address or with a key that cannot be used says so", async () => {
    expect(await tryModel({ baseUrl: "ftp://x", model: "m" })).toMatchObject({
      ok: false,
      message: expect.stringContaining("address"),
    });
    const { message } = await tryModel({ baseUrl: "http://127.0.0.1:1/v1", model: "m", apiKey: "“sk-0123456789”" });
    expect(message).toMatch(/typographic quotation mark/);
  });
});
