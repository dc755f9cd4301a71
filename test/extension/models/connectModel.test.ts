import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LanguageModelChat } from "vscode";
import { connectModel } from "../../../src/extension/models/connectModel.ts";
import { ApiKeys } from "../../../src/extension/platform/secrets.ts";
import type { ModelTestResult } from "../../../src/protocol/engine.ts";
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
});

afterEach(() => rmSync(folder, { recursive: true }));

function connect(picks: readonly string[], inputs: readonly string[] = []) {
  const [labels, typed] = [[...picks], [...inputs]];
  host.answerPick = (items) => {
    const wanted = labels.shift();
    return items.find(({ label }) => wanted !== undefined && label.includes(wanted));
  };
  host.answerInput = () => typed.shift();
  const engine = new AnsweringEngine({
    "models/detect": () => [{ name: "Ollama", baseUrl: "http://127.0.0.1:11434/v1", models: ["qwen3"] }],
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
  it("names a server found on this machine in the file, after it answered", async () => {
    await connect(["qwen3", "Planner and critic"]);
    expect(tested).toEqual([{ provider: "openai", baseUrl: "http://127.0.0.1:11434/v1", model: "qwen3" }]);
    const { text, experiment } = written();
    const model = { provider: "openai", baseUrl: "http://127.0.0.1:11434/v1", model: "qwen3" };
    expect(experiment).toMatchObject({ planner: model, critic: model });
    expect(text).toContain("// kept");
  });

  it("keeps a typed key for its server and out of the file", async () => {
    await connect(["OpenAI", "Planner only"], ["gpt-x", "sk-secret"]);
    expect(tested).toMatchObject([{ apiKey: "sk-secret" }]);
    expect(await keys.get("https://api.openai.com/v1")).toBe("sk-secret");
    expect(written().text).not.toContain("sk-secret");
    expect(host.logged.join()).not.toContain("sk-secret");
  });

  it("changes nothing when the model does not answer and the user lets it be", async () => {
    result = { ...result, ok: false, message: "No answer within 30 s." };
    await connect(["OpenAI"], ["gpt-x", "sk-secret"]);
    expect(host.messages).toMatchObject([{ severity: "warning", actions: ["Use It Anyway"] }]);
    expect(written().text).toBe("");
    expect(await keys.get("https://api.openai.com/v1")).toBeUndefined();
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
    await connect(["OpenAI"], []);
    expect(tested).toEqual([]);
    expect(host.documents).toEqual([]);
  });
});
