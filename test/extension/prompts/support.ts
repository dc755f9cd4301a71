/** The quickstart's folder in an editor, and an engine that checks prompts as the real one does. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { diagnose } from "../../../src/engine/prompts/prompt.ts";
import { RunStore } from "../../../src/extension/engine/runStore.ts";
import { ExperimentIndex } from "../../../src/extension/experiments/experimentIndex.ts";
import type { PromptsServices } from "../../../src/extension/prompts/services.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { AnsweringEngine, type Answers } from "../support/answeringEngine.ts";
import { own } from "../support/own.ts";
import { changeOf, events, host, resetHost, TextDocument, Uri, window } from "../support/vscode.ts";

const repository = resolve(import.meta.dirname, "../../..");

export interface TestEditor {
  readonly folder: string;
  readonly services: PromptsServices;
  readonly engine: AnsweringEngine;
  uri(name: string): Uri;
  /** Opens a text as the file of this name holds it, without writing it. */
  open(name: string, text: string): TextDocument;
  /** Types a new text. */
  type(document: TextDocument, text: string): void;
  /** The file as it lies in the folder. */
  read(name: string): string;
}

/** Ends with the test. */
export function openEditor(answers: Answers = {}): TestEditor {
  resetHost();
  const folder = mkdtempSync(join(tmpdir(), "lerl-prompts-"));
  cpSync(join(repository, "examples/quickstart"), folder, { recursive: true });
  host.folders = [{ uri: Uri.file(folder), name: "quickstart", index: 0 }];
  const engine = new AnsweringEngine({ "prompts/diagnose": ({ text }) => diagnose(text), ...answers });
  const log = window.createOutputChannel("LERL", { log: true });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = own(new ExperimentIndex(log));
  const runs = own(new RunStore(engine.asClient(), log));
  const services: PromptsServices = { log, engine, files, runs };
  const uri = (name: string): Uri => Uri.file(join(folder, name));
  return {
    folder,
    services,
    engine,
    uri,
    open: (name, text) => {
      const document = new TextDocument(uri(name), text, name.endsWith(".lerl.md") ? "lerl-prompt" : "lerl-experiment");
      host.documents.push(document);
      events.opened.fire(document);
      return document;
    },
    type: (document, text) => {
      document.replace(text);
      events.textDocument.fire(changeOf(document));
    },
    read: (name) => readFileSync(join(folder, name), "utf8"),
  };
}

/** A finished run of the folder's quickstart. */
export const runOf = (folder: string, fields: Partial<RunRecord> = {}): RunRecord => ({
  schemaVersion: 9,
  id: "r-1",
  name: "Quickstart",
  note: "",
  experimentFile: join(folder, "quickstart.lerl.json"),
  experiment: experimentSchema.parse({ reflections: { k: 2 } }),
  seed: 1,
  state: "done",
  startedAt: "2026-01-01T00:00:00.000Z",
  activeSeconds: 1,
  iteration: 5,
  iterations: 5,
  prompts: [],
  engineVersion: "0",
  ...fields,
});

export async function until<T>(look: () => T | Promise<T>, milliseconds = 5000): Promise<NonNullable<T>> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found) return found as NonNullable<T>;
    if (Date.now() > end) throw new Error("nothing came of it");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
