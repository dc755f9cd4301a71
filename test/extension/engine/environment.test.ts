/** What the real engine gets to know of the editor's environment: nothing secret, and keys over the channel alone. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EngineClient } from "../../../src/extension/engine/engineClient.ts";
import { RunStore } from "../../../src/extension/engine/runStore.ts";
import { ExperimentIndex } from "../../../src/extension/experiments/experimentIndex.ts";
import { ModelKeys } from "../../../src/extension/models/modelKeys.ts";
import { AllowedVariables } from "../../../src/extension/platform/allowedVariables.ts";
import { ApiKeys } from "../../../src/extension/platform/secrets.ts";
import { Launcher } from "../../../src/extension/runs/launcher.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { ChatServer } from "../../engine/commands/chatServer.ts";
import { modelExperiment, writeModelExperiment } from "../../engine/commands/modelWorld.ts";
import { host, memento, resetHost, secretStorage, Uri, window } from "../support/vscode.ts";

const SECRETS = {
  MODELS_KEY: "sk-secret-models",
  AWS_SECRET_ACCESS_KEY: "aws-secret",
  OPENAI_API_KEY: "sk-secret-openai",
};
const server = new ChatServer();
let folder: string;
let engine: EngineClient;

beforeEach(async () => {
  resetHost();
  for (const [name, value] of Object.entries(SECRETS)) vi.stubEnv(name, value);
  vi.stubEnv("OPENAI_CUSTOM_HEADERS", "X-Secret: sk-secret-header");
  folder = mkdtempSync(join(tmpdir(), "lerl-environment-"));
  await server.open();
  server.journal.length = 0;
  engine = new EngineClient({
    modulePath: resolve(import.meta.dirname, "../../../dist/engine.cjs"),
    locale: "en",
    log: window.createOutputChannel("LERL", { log: true }),
    host: { "models/ask": async ({ model }) => ({ text: "", model }) },
    allowedFiles: { allowed: { read: [], written: [] }, ask: async () => false },
    workspaceFolder: () => folder,
    isTrusted: () => true,
  });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await engine.stop();
  engine.dispose();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function launcherFor(apiKeyVariable: string) {
  const file = writeModelExperiment(folder, server.baseUrl);
  const experiment = modelExperiment(server.baseUrl);
  const planner = { ...experiment.planner, apiKeyVariable };
  writeFileSync(file, JSON.stringify({ ...experiment, planner, critic: {}, training: { iterations: 1 } }));
  const log = window.createOutputChannel("LERL", { log: true });
  const [runs, files] = [new RunStore(engine, log), new ExperimentIndex(log)];
  const modelKeys = new ModelKeys(new ApiKeys(secretStorage()), new AllowedVariables(memento()));
  const launcher = new Launcher({ engine, runs, files, modelKeys, editorModels: { consent: () => undefined } });
  return { runs, start: () => launcher.start(Uri.file(file)) };
}
const ended = ({ id }: RunRecord, runs: RunStore) =>
  expect.poll(() => runs.get(id)?.state, { timeout: 60_000 }).toMatch(/done|failed/);

it("a key that was allowed reaches its server, although the engine's environment holds no secret", async ({ skip }) => {
  const { runs, start } = await launcherFor("MODELS_KEY");
  host.answerMessage = ({ actions }) => actions[0];
  await ended(await start(), runs);
  expect(new Set(server.journal.map(({ authorization }) => authorization))).toEqual(
    new Set(["Bearer sk-secret-models"]),
  );
  expect(host.logged.join()).not.toContain("sk-secret");
  if (process.platform !== "linux") return void skip();
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ");
  const engines = children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("engine.cjs"));
  expect(engines).toHaveLength(1);
  const environment = readFileSync(`/proc/${engines[0]}/environ`, "utf8");
  expect(environment).toContain("PATH=");
  for (const secret of [...Object.values(SECRETS), "sk-secret-header"]) expect(environment).not.toContain(secret);
});

it("a key that was not allowed goes nowhere, and no run is made", async () => {
  const { runs, start } = await launcherFor("MODELS_KEY");
  await expect(start()).rejects.toThrow(/MODELS_KEY was not allowed/);
  await expect((await launcherFor("AWS_SECRET_ACCESS_KEY")).start()).rejects.toThrow(/not the name of an API key/);
  await expect((await launcherFor("UNSET_KEY")).start()).rejects.toThrow(/No API key was given for http:\/\/127/);
  await runs.load();
  expect(runs.all).toEqual([]);
  expect(server.journal).toEqual([]);
});
