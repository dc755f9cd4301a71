import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { InputBoxOptions, LanguageModelChat, QuickPickItem } from "vscode";
import { connectModel } from "../../../src/extension/models/connectModel.ts";
import { ApiKeys } from "../../../src/extension/platform/secrets.ts";
import type { ListedModel, ModelServer, ModelTestResult } from "../../../src/protocol/engine.ts";
import { parseExperiment } from "../../../src/protocol/parseExperiment.ts";
import { AnsweringEngine } from "../support/answeringEngine.ts";
import { host, partly, resetHost, secretStorage, Uri } from "../support/vscode.ts";

let folder: string;
let uri: Uri;
let keys: ApiKeys;
let tested: unknown[];
let result: ModelTestResult;

beforeEach(() => {
  resetHost();
  folder = mkdtempSync(join(tmpdir(), "lerl-connect-"));
  uri = Uri.file(join(folder, "e.lerl.json"));
  writeFileSync(
    uri.fsPath,
    '{\n  // kept\n  "critic": { "provider": "openai", "baseUrl": "http://old/v1", "model": "old" }\n}\n',
  );
  keys = new ApiKeys(secretStorage());
  tested = [];
  result = { ok: true, message: "It answered in form.", latencyMs: 5, structuredOutput: "json_schema" };
  servers = () => [ready(LOCAL, chat("qwen3"))];
});

afterEach(() => rmSync(folder, { recursive: true }));

/** What the server at each address says, by the key it is asked with. */
let servers: (baseUrl: string | undefined, apiKey: string | undefined) => ModelServer[];

const ready = (baseUrl: string, ...listed: ListedModel[]): ModelServer => ({
  name: "Ollama",
  baseUrl,
  state: "ready",
  models: listed.map(({ id }) => id),
  listed,
});
const trouble = (baseUrl: string, state: ModelServer["state"]): ModelServer => ({
  name: "vLLM",
  baseUrl,
  state,
  models: [],
  listed: [],
});
const chat = (id: string, more: Partial<ListedModel> = {}): ListedModel => ({ id, chats: true, ...more });
const LOCAL = "http://127.0.0.1:11434/v1";

let offered: (readonly QuickPickItem[])[];
let boxes: InputBoxOptions[];
/** What was asked to be typed, in words. */
const asked = () => boxes.map(({ prompt }) => prompt);

function connect(picks: readonly string[], inputs: readonly (string | undefined)[] = []) {
  const [labels, typed] = [[...picks], [...inputs]];
  offered = [];
  boxes = [];
  host.answerPick = (items) => {
    offered.push(items);
    const wanted = labels.shift();
    return items.find(({ label }) => wanted !== undefined && label.includes(wanted));
  };
  host.answerInput = (options) => {
    boxes.push(options);
    return typed.shift();
  };
  const engine = new AnsweringEngine({
    "models/detect": ({ baseUrl, keys: [given] = [] }) => servers(baseUrl, given?.key),
    "models/test": (params) => {
      tested.push(params);
      return result;
    },
  });
  return connectModel(uri, { engine, keys, editorModels: { consent: () => undefined } });
}

const written = () => {
  const text = host.documents.find((document) => document.uri.fsPath === uri.fsPath)?.getText() ?? "";
  const parsed = parseExperiment(text);
  return { text, experiment: parsed.ok ? parsed.value : undefined };
};

describe("Connect a Model", () => {
  it("names a server found on this machine in the file, after it answered the experiment's own question", async () => {
    writeFileSync(join(folder, "planner.lerl.md"), "the planner's prompt");
    await connect(["qwen3", "Planner and critic"]);
    expect(tested).toEqual([
      {
        provider: "openai",
        baseUrl: LOCAL,
        model: "qwen3",
        experiment: {
          experimentFile: uri.fsPath,
          experimentText: expect.stringContaining("// kept"),
          promptText: "the planner's prompt",
        },
      },
    ]);
    const { text, experiment } = written();
    const model = { provider: "openai", baseUrl: LOCAL, model: "qwen3" };
    expect(experiment).toMatchObject({ planner: model, critic: model });
    expect(text).toContain("// kept");
  });

  it("says what it knows of each model, and looks again where a server is not ready", async () => {
    servers = () => [
      ready(LOCAL, chat("small", { loaded: true, bytes: 6.4e8 }), { id: "embed", chats: false }),
      trouble("http://127.0.0.1:8000/v1", "loading"),
      trouble("http://127.0.0.1:1234/v1", "empty"),
    ];
    await connect(["vLLM"]);
    const [first = [], second = []] = offered;
    const described = first.map(({ label, description }) => `${label}: ${description}`);
    expect(described).toContain(`small: loaded · 640 MB · Ollama · ${LOCAL}`);
    expect(described).toContain(`embed: no chat model · Ollama · ${LOCAL}`);
    expect(described).toContain("vLLM: is loading its model; choose to look again · http://127.0.0.1:8000/v1");
    expect(second).toEqual(first);
    servers = () => [];
    await connect([]);
    expect(offered[0]?.find(({ label }) => label.includes("No server"))).toMatchObject({
      description: "at the usual ports; choose to look again",
      detail: expect.stringContaining("vLLM 8000"),
    });
  });

  it.each([
    ["empty", "vLLM", "has no model yet; load one and look again"],
    ["loading", "vLLM", "is loading its model; choose to look again"],
    ["slow", "vLLM", "listens and does not answer; choose to look again"],
    ["keyed", "vLLM", "wants an API key"],
  ] as const)("says in words that a server found is %s", async (state, label, words) => {
    servers = () => [trouble("http://127.0.0.1:8000/v1", state)];
    await connect([label]);
    expect(offered[0]).toContainEqual(
      expect.objectContaining({ label, description: `${words} · http://127.0.0.1:8000/v1` }),
    );
    const [lists, keysAsked] = state === "keyed" ? [1, 1] : [2, 0];
    expect(offered).toHaveLength(lists);
    expect(asked()).toHaveLength(keysAsked);
  });

  it("offers what can be chosen at once first, the chat models of a server before its others", async () => {
    servers = () => [
      trouble("http://127.0.0.1:8080/v1", "loading"),
      ready(LOCAL, chat("loaded", { loaded: true }), chat("unloaded"), { id: "embed", chats: false }),
    ];
    await connect([]);
    const labels = (offered[0] ?? []).map(({ label }) => label).slice(1, 5);
    expect(labels).toEqual(["loaded", "unloaded", "embed", "vLLM"]);
  });

  it("asks for a key where the server wants one, keeps it for that server and out of the file", async () => {
    servers = (baseUrl, apiKey) => {
      if (baseUrl === undefined) return [];
      return [apiKey === "sk-secret" ? ready(baseUrl, chat("gpt-x")) : trouble(baseUrl, "keyed")];
    };
    await connect(["OpenAI", "gpt-x", "Planner only"], ["sk-wrong", "sk-secret"]);
    expect(asked()).toEqual([
      expect.stringContaining("API key for https://api.openai.com/v1"),
      expect.stringContaining("does not take this key"),
    ]);
    expect(tested).toMatchObject([{ model: "gpt-x", keys: [{ origin: "https://api.openai.com", key: "sk-secret" }] }]);
    expect(await keys.get("https://api.openai.com/v1")).toBe("sk-secret");
    expect(written().text).not.toContain("sk-secret");
    expect(host.logged.join()).not.toContain("sk-secret");
  });

  it("takes no address that holds a password or a key, and does not show it", async () => {
    await connect(["Another server"], [undefined]);
    const refuse = boxes[0]?.validateInput;
    for (const typed of ["me:pass-word@127.0.0.1:9/v1", "https://h.test/v1?key=sk-secret", "h.test#sk-secret"]) {
      const said = await refuse?.(typed);
      expect(said).toContain("Leave it out");
      expect(said).not.toMatch(/pass-word|sk-secret/);
    }
    expect(await refuse?.("https://h.test/openai?api-version=1")).toBeUndefined();
  });

  it("takes an address without http:// and /v1, and offers the models listed there", async () => {
    servers = (baseUrl) =>
      baseUrl === "http://127.0.0.1:9000" ? [ready("http://127.0.0.1:9000/v1", chat("a"), chat("b"))] : [];
    await connect(["Another server", "b", "Planner only"], ["127.0.0.1:9000"]);
    expect(tested).toMatchObject([{ baseUrl: "http://127.0.0.1:9000/v1", model: "b" }]);
    expect(written().experiment?.planner).toMatchObject({ baseUrl: "http://127.0.0.1:9000/v1", model: "b" });
  });

  it("waits for a server that is loading, as often as asked, and lets a name be typed instead", async () => {
    let looks = 0;
    servers = (baseUrl) => {
      if (baseUrl === undefined) return [];
      return [++looks < 3 ? trouble(baseUrl, "loading") : ready(baseUrl, chat("late"))];
    };
    host.answerMessage = ({ actions }) => actions.find((action) => action === "Look Again");
    await connect(["Another server", "late", "Planner only"], ["127.0.0.1:8000/v1"]);
    expect(host.messages[0]).toMatchObject({
      severity: "warning",
      message: "vLLM is loading its model.",
      actions: ["Look Again", "Type a Name"],
    });
    expect(written().experiment?.planner).toMatchObject({ model: "late" });

    servers = (baseUrl) => (baseUrl === undefined ? [] : [trouble(baseUrl, "slow")]);
    host.answerMessage = ({ actions }) => actions.find((action) => action === "Type a Name");
    await connect(["Another server", "Planner only"], ["127.0.0.1:8000/v1", "by-name"]);
    expect(host.messages.map(({ message }) => message)).toContain("vLLM listens and does not answer.");
    expect(written().experiment?.planner).toMatchObject({ model: "by-name" });
  });

  it("says that a server has no model, and takes the name of one that it will have", async () => {
    servers = (baseUrl) => (baseUrl === undefined ? [] : [trouble(baseUrl, "empty")]);
    await connect(["Another server", "Planner only"], ["127.0.0.1:8000/v1", "to-come"]);
    expect(asked()[1]).toContain("http://127.0.0.1:8000/v1 has no model yet");
    expect(written().experiment?.planner).toMatchObject({ model: "to-come" });
  });

  it("leads back to the address that was typed, to correct it", async () => {
    servers = (baseUrl) => (baseUrl === "http://127.0.0.1:8001" ? [ready(baseUrl, chat("a"))] : []);
    await connect(["Another server", "a", "Planner only"], ["127.0.0.1:8000", undefined, "127.0.0.1:8001"]);
    expect(boxes.map(({ prompt, value }) => [prompt?.split(" ")[0], value])).toEqual([
      ["Address", ""],
      ["No", undefined],
      ["Address", "127.0.0.1:8000"],
    ]);
    expect(written().experiment?.planner).toMatchObject({ baseUrl: "http://127.0.0.1:8001", model: "a" });
  });

  it("does not take for an address what cannot be one", async () => {
    servers = () => [];
    await connect(["Another server"]);
    const fault = async (typed: string) => boxes[0]?.validateInput?.(typed);
    expect(await fault("ftp://files")).toBe("An address such as http://127.0.0.1:8000/v1 is needed.");
    for (const typed of ["", "  ", "http://"]) expect(await fault(typed), typed).toBeDefined();
    for (const typed of ["127.0.0.1:8000", "localhost:8000/v1", "gateway.example"])
      expect(await fault(typed)).toBeUndefined();
  });

  it("lets a name be typed where no models are listed", async () => {
    servers = () => [];
    await connect(["Another server", "Planner only"], ["gateway.example/v1", "their-model"]);
    expect(asked()[1]).toContain("No list of models at https://gateway.example/v1");
    expect(tested).toMatchObject([{ baseUrl: "https://gateway.example/v1", model: "their-model" }]);
  });

  it("does not make a server load a large model without asking", async () => {
    servers = () => [ready(LOCAL, chat("llama3:70b", { loaded: false, bytes: 42e9 }))];
    await connect(["llama3:70b"]);
    expect(host.messages).toMatchObject([
      { message: "llama3:70b is not loaded. Trying it makes the server load 42.0 GB." },
    ]);
    expect(tested).toEqual([]);
    expect(written().text).toBe("");
    host.answerMessage = ({ actions }) => actions.find((action) => action === "Connect Without Trying");
    await connect(["llama3:70b", "Planner only"]);
    expect(tested).toEqual([]);
    expect(written().experiment?.planner).toMatchObject({ model: "llama3:70b" });
  });

  it("asks before loading a model of unknown size, and loads a small one without a question", async () => {
    servers = () => [ready(LOCAL, chat("unknown", { loaded: false }), chat("small", { loaded: false, bytes: 6e8 }))];
    host.answerMessage = ({ actions }) => actions.find((action) => action === "Load and Try");
    await connect(["unknown", "Planner only"]);
    expect(host.messages[0]).toMatchObject({
      message: "unknown is not loaded. Trying it makes the server load it.",
      actions: ["Load and Try", "Connect Without Trying"],
    });
    expect(tested).toMatchObject([{ model: "unknown" }]);
    const questions = host.messages.length;
    await connect(["small", "Planner only"]);
    expect(tested).toMatchObject([{ model: "unknown" }, { model: "small" }]);
    expect(host.messages.slice(questions).map(({ severity }) => severity)).not.toContain("warning");
  });

  it("tries again as often as asked, and changes nothing when the user lets it be", async () => {
    result = { ...result, ok: false, message: "No answer within 60 s.", late: true };
    let tries = 0;
    host.answerMessage = ({ actions }) => (++tries < 3 ? actions.find((action) => action === "Try Again") : undefined);
    await connect(["qwen3"]);
    expect(tested).toHaveLength(3);
    expect(host.messages[0]).toMatchObject({ severity: "warning", actions: ["Try Again", "Use It Anyway"] });
    expect(written().text).toBe("");
    host.answerMessage = ({ actions }) => actions.find((action) => action === "Use It Anyway");
    await connect(["qwen3", "Planner only"]);
    expect(tested).toHaveLength(4);
    expect(written().experiment?.planner).toMatchObject({ model: "qwen3" });
  });

  it("goes back to the offline planner and critic without leftovers", async () => {
    await connect(["Offline"]);
    const { experiment, text } = written();
    expect(experiment).toMatchObject({ planner: { provider: "offline" }, critic: { provider: "offline" } });
    expect(text).not.toContain("http://old/v1");
    expect(tested).toEqual([]);
  });

  it("offers the editor's own models", async () => {
    host.models.push(partly<LanguageModelChat>({ id: "m", vendor: "acme", name: "Acme M", family: "m" }));
    await connect(["Acme M", "Planner only"]);
    expect(tested).toEqual([{ provider: "vscode", model: "acme/m" }]);
    expect(written().experiment?.planner).toMatchObject({ provider: "vscode", model: "acme/m" });
  });

  it("asks nothing more once a question is dismissed", async () => {
    await connect([]);
    servers = (baseUrl) => (baseUrl === undefined ? [] : [trouble(baseUrl, "keyed")]);
    await connect(["OpenAI"], []);
    await connect(["Another server"], []);
    expect(tested).toEqual([]);
    expect(host.documents).toEqual([]);
  });
});
