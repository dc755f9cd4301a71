import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readNamed } from "../../src/engine/regularFile.ts";
import { replaceFile } from "../../src/engine/store/files.ts";
import { scratchFolder } from "./commands/lerl.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const at = (name: string): string => join(scratch.path, name);

describe("a document that a person names", () => {
  const told = (file: string, words: string) =>
    expect(readNamed(file, "x.missing", "Give another.")).rejects.toMatchObject({ code: "x.missing", message: words });

  it("is named once, with why it cannot be read", async () => {
    await told(at("none"), `${at("none")}: cannot be read (ENOENT: no such file or directory). Give another.`);
    await told("", '"": cannot be read (ENOENT: no such file or directory). Give another.');
    mkdirSync(at("folder"));
    await told(at("folder"), `${at("folder")}: cannot be read (a folder, not a file). Give another.`);
    if (process.platform === "win32") return;
    spawnSync("mkfifo", [at("pipe")]);
    await told(at("pipe"), `${at("pipe")}: cannot be read (a named pipe, not a file). Give another.`);
  });

  it.each([
    ["little", "\ufeff{}"],
    ["big", "\ufffe{\0}\0"],
  ])("is told where it is saved as UTF-16, %s-endian", async (_, text) => {
    writeFileSync(at("wide"), text, "utf16le");
    await told(at("wide"), `${at("wide")}: it is saved as UTF-16. Save it as UTF-8.`);
  });
});

it("a file in a folder that is not there cannot be written, which is said without the name it has for a moment", async () => {
  const file = join(at("nowhere"), "r.csv");
  await expect(replaceFile(file, "")).rejects.toThrow(`${file}: cannot be written (its folder is not there).`);
});
