import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ExperimentIndex } from "../../../src/extension/experiments/experimentIndex.ts";
import { changeOf, events, host, resetHost, TextDocument, Uri, window } from "../support/vscode.ts";

let folder: string;
let files: ExperimentIndex;

const put = (name: string, text: string): Uri => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return Uri.file(path);
};

beforeEach(() => {
  resetHost();
  folder = mkdtempSync(join(tmpdir(), "lerl-files-"));
  host.folders.push({ uri: Uri.file(folder), name: "w", index: 0 });
  files = new ExperimentIndex(window.createOutputChannel("LERL", { log: true }));
});

afterEach(() => {
  files.dispose();
  rmSync(folder, { recursive: true });
});

describe("experiment files", () => {
  it("are found with their names, and suites beside them; others are not", async () => {
    put("b/two.lerl.json", '{ // a comment\n "name": "Two", "description": "why" }');
    put("a/one.lerl.json", "{}");
    put(
      "a/s.suite.json",
      '{ "name": "S", "question": "q?", "experiment": "one.lerl.json", "variants": [{ "name": "v" }] }',
    );
    put("a/package.json", "{}");
    const found = await files.all();
    expect(found.map(({ kind, name, description }) => [kind, name, description])).toEqual([
      ["experiment", "Untitled experiment", ""],
      ["suite", "S", "q?"],
      ["experiment", "Two", "why"],
    ]);
  });

  it("with errors keep their place and say what is wrong", async () => {
    put("bad.lerl.json", '{ "seed": -1 }');
    const [bad] = await files.all();
    expect(bad?.name).toBe("bad.lerl.json");
    expect(bad?.experiment).toBeUndefined();
    expect(bad?.problems).toMatchObject([{ path: "seed", line: 1 }]);
  });

  it("start with the texts of the editor, saved or not", async () => {
    const uri = put("e.lerl.json", '{ "planner": { "prompt": "p/plan.lerl.md" } }');
    const prompt = put("p/plan.lerl.md", "saved");
    host.documents.push(new TextDocument(prompt, "typed"));
    const { start } = await files.startOf(uri);
    expect(start.experimentFile).toBe(uri.fsPath);
    expect(start.prompts).toEqual({ planner: { file: "p/plan.lerl.md", text: "typed" } });
  });

  it("that cannot be parsed start all the same: the engine says what is wrong with them", async () => {
    const uri = put("e.lerl.json", "{ nonsense");
    const { start, experiment } = await files.startOf(uri);
    expect(start).toMatchObject({ experimentText: "{ nonsense", prompts: {} });
    expect(experiment).toBeUndefined();
  });

  it("are looked at again once after a burst of changes", async () => {
    const uri = put("e.lerl.json", '{ "name": "Before" }');
    await files.all();
    let changes = 0;
    files.onDidChange(() => changes++);
    const document = new TextDocument(uri, '{ "name": "After" }');
    host.documents.push(document);
    for (let edit = 0; edit < 5; edit++) events.textDocument.fire(changeOf(document));
    await new Promise((wake) => setTimeout(wake, 400));
    expect(changes).toBe(1);
    expect((await files.all())[0]?.name).toBe("After");
  });
});
