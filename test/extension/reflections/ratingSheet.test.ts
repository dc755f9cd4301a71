import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { InputBoxOptions } from "vscode";
import { saveRatingSheet } from "../../../src/extension/reflections/ratingSheet.ts";
import { openEditor, runOf, type TestEditor } from "../prompts/support.ts";
import { listed } from "../support/runRecord.ts";
import { host, resetHost, Uri } from "../support/vscode.ts";
import { three } from "./support.ts";

const CSV = "id,text,rater 1,rater 2\r\nr2,Vary.,,\r\n";
let editor: TestEditor;

beforeEach(() => {
  resetHost();
  editor = openEditor({
    "runs/list": () => listed(runOf(editor.folder)),
    "reflections/list": () => three,
    "reflections/sheet": ({ sample }: { sample: number }) => ({ csv: CSV, drawn: sample }),
  });
});

const save = () => saveRatingSheet(editor.services, runOf(editor.folder));

describe("the rating sheet", () => {
  it("has as many reflections as are asked for, and lies where the person says", async () => {
    const file = join(editor.folder, "judged.csv");
    let box: InputBoxOptions = {};
    host.answerInput = (options) => {
      box = options;
      return "2";
    };
    host.answerSave = () => Uri.file(file);
    await save();
    expect(box.value).toBe("3");
    for (const typed of ["0", "4", "two"]) expect(await box.validateInput?.(typed)).toBe("A whole number from 1 to 3.");
    expect(readFileSync(file, "utf8")).toBe(CSV);
    expect(editor.engine.paramsOf("reflections/sheet")).toMatchObject([{ sample: 2, seed: 1 }]);
    expect(host.messages.map(({ message }) => message).join()).toContain('2 of 3 reflections are in "judged.csv"');
  });

  it("is not written where the person changes their mind", async () => {
    host.answerInput = () => undefined;
    await save();
    expect(editor.engine.paramsOf("reflections/sheet")).toEqual([]);
    host.answerInput = ({ value }) => value;
    host.answerSave = () => undefined;
    await save();
    expect(host.messages).toEqual([]);
  });
});
