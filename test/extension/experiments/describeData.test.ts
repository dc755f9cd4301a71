import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { EngineInputError } from "../../../src/extension/engine/engineErrors.ts";
import { RunStore } from "../../../src/extension/engine/runStore.ts";
import { TrialStore } from "../../../src/extension/engine/trialStore.ts";
import { ExperimentIndex } from "../../../src/extension/experiments/experimentIndex.ts";
import { registerExperiments } from "../../../src/extension/experiments/register.ts";
import { AnsweringEngine } from "../support/answeringEngine.ts";
import { own } from "../support/own.ts";
import {
  CancellationError,
  commands,
  host,
  openDocument,
  resetHost,
  TextDocument,
  Uri,
  window,
} from "../support/vscode.ts";

/** A workspace with one experiment, and the room that describes its data. */
function openRoom() {
  resetHost();
  const folder = mkdtempSync(join(tmpdir(), "lerl-describe-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  host.folders = [{ uri: Uri.file(folder), name: "w", index: 0 }];
  const file = Uri.file(join(folder, "jazz.lerl.json"));
  writeFileSync(file.fsPath, '{ "name": "Jazz" }');
  const engine = new AnsweringEngine();
  const log = window.createOutputChannel("LERL", { log: true });
  const services = {
    context: { extensionUri: Uri.file(folder) },
    log,
    engine: Object.assign(engine, { allowedPaths: { read: [], written: [] } }),
    runs: own(new RunStore(engine.asClient(), log)),
    trials: own(new TrialStore(engine.asClient(), log)),
    files: own(new ExperimentIndex(log)),
  };
  own(registerExperiments(services));
  return { engine, file };
}

const describeData = (...target: readonly Uri[]) => commands.executeCommand("lerl.describeData", ...target);
const pages = (): readonly string[] =>
  host.shown.flatMap((shown) => (shown instanceof TextDocument ? [shown.getText()] : []));

it("opens a page of what the engine understood, its warnings first, of the text as the editor holds it", async () => {
  const { engine, file } = openRoom();
  engine.answer("data/describe", () => ({ warnings: ["Much was dropped."], page: "log.csv\n\n  Users  2" }));
  const open = await openDocument(file);
  open.replace('{ "name": "Typed" }');
  await describeData();
  expect(engine.paramsOf("data/describe")).toEqual([
    { experimentFile: file.fsPath, experimentText: '{ "name": "Typed" }' },
  ]);
  expect(pages()).toEqual(["Warning: Much was dropped.\n\nlog.csv\n\n  Users  2\n"]);
  expect((host.shown[0] as TextDocument).uri.path).toBe("/Data of jazz.txt");

  engine.answer("data/describe", () => ({ warnings: [], page: "log.csv, mended" }));
  await describeData(file);
  expect(pages().at(-1)).toBe("log.csv, mended\n");
});

it("says how far it has read, and is left at a cancellation without a word", async () => {
  const { engine, file } = openRoom();
  engine.answer("data/describe", (_, token) => {
    const news = { doing: "reading" as const, file: "log.csv", share: 0.456 };
    engine.notify("data/progress", { ...news, experimentFile: file.fsPath, secondsLeft: 70 });
    engine.notify("data/progress", { ...news, experimentFile: "/elsewhere.lerl.json" });
    return new Promise((_, reject) => {
      token?.onCancellationRequested(() => reject(new CancellationError()));
      host.progress[0]?.cancel();
    });
  });
  await describeData(file);
  expect(host.progress.map(({ title, reports }) => ({ title, reports }))).toEqual([
    { title: "Reading the data of jazz.lerl.json", reports: [{ message: "reading log.csv, 45 %, 1 min 10 s left" }] },
  ]);
  expect(host.messages).toEqual([]);
  expect(pages()).toEqual([]);
});

it("shows what is wrong with the data as an error", async () => {
  const { engine, file } = openRoom();
  engine.answer("data/describe", () => {
    throw new EngineInputError("log.csv:3: the row has 2 columns instead of 3.", "data.row-length");
  });
  await describeData(file);
  expect(host.messages).toMatchObject([
    { severity: "error", message: "log.csv:3: the row has 2 columns instead of 3." },
  ]);
  expect(pages()).toEqual([]);
});
