/** Words tried in the editor, from the launcher to the verdict: the engine as it is built, and a model server that plays. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { EngineClient } from "../../../src/extension/engine/engineClient.ts";
import { TrialStore } from "../../../src/extension/engine/trialStore.ts";
import { ExperimentIndex } from "../../../src/extension/experiments/experimentIndex.ts";
import { ModelKeys } from "../../../src/extension/models/modelKeys.ts";
import { AllowedVariables } from "../../../src/extension/platform/allowedVariables.ts";
import { ApiKeys } from "../../../src/extension/platform/secrets.ts";
import { TrialLauncher } from "../../../src/extension/trials/trialLauncher.ts";
import { ChatServer } from "../../engine/commands/chatServer.ts";
import { usually, writeTrialWorld } from "../../engine/commands/wordyServer.ts";
import { changeOutside, textOf } from "../studio/support.ts";
import { extensionContext, host, resetHost, secretStorage, Uri, window } from "../support/vscode.ts";

const modulePath = resolve(import.meta.dirname, "../../../dist/engine.cjs");
const server = new ChatServer();
let folder: string;
let engine: EngineClient;

beforeEach(async () => {
  resetHost();
  folder = mkdtempSync(join(tmpdir(), "lerl-real-trial-"));
  await server.open();
  usually(server);
  engine = new EngineClient({
    modulePath,
    locale: "en",
    log: window.createOutputChannel("LERL", { log: true }),
    host: { "models/ask": async ({ model }) => ({ text: "", model }) },
    workspaceFolder: () => folder,
    isTrusted: () => true,
    allowedFiles: { allowed: { read: [], written: [] }, ask: async () => false },
  });
});
afterEach(async () => {
  await engine.stop();
  engine.dispose();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

it("what is typed is tried, followed to its end, looked into and gone on with", async () => {
  const file = Uri.file(writeTrialWorld(folder, server.baseUrl));
  const log = window.createOutputChannel("LERL", { log: true });
  const [files, trials, keys] = [new ExperimentIndex(log), new TrialStore(engine, log), new ApiKeys(secretStorage())];
  await keys.set(server.baseUrl, "sk-secret");
  const modelKeys = new ModelKeys(keys, new AllowedVariables(extensionContext(folder).workspaceState));
  const launcher = new TrialLauncher({ engine, trials, files, modelKeys, editorModels: { consent: () => undefined } });
  const prompt = Uri.joinPath(file, "..", "planner.lerl.md");
  await changeOutside(prompt, (await textOf(prompt)).replace("You plan", "VARIETY You plan"));

  const choice = { run: undefined, sessions: 16 };
  expect((await launcher.fitting(file, choice)).sessions).toBe(16);
  const { id, wanted } = await launcher.try(file, choice);
  expect(wanted).toEqual([{ origin: new URL(server.baseUrl).origin }]);
  await expect.poll(() => trials.get(id)?.state, { timeout: 60_000 }).toBe("done");
  expect(trials.get(id)?.result?.n).toBe(16);
  expect(trials.get(id)?.contenders[1]?.prompt?.text).toContain("VARIETY You plan");
  const visit = await engine.request("trials/visit", { id, session: 0, contender: 1 });
  expect(visit.contender.calls.length).toBeGreaterThan(0);
  await expect.poll(() => trials.active.length).toBe(0);

  await trials.refresh();
  expect(trials.of(file.fsPath).map((trial) => trial.id)).toEqual([id]);
  await launcher.goOn(id, { sessions: 20 });
  await expect.poll(() => trials.get(id)?.state, { timeout: 60_000 }).toBe("done");
  expect(new Set(server.journal.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer sk-secret"]));
  expect(host.logged.filter((line) => line.startsWith("error") || line.includes("sk-secret"))).toEqual([]);
});
