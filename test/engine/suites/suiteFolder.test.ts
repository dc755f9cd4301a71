import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSuiteRecord, suiteFolder } from "../../../src/engine/suites/suiteFolder.ts";
import { scratchFolder } from "../commands/lerl.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const suites = join(scratch.path, ".lerl", "suites");

const record = (name: string, file: string, runs: readonly string[] = []) => ({
  schemaVersion: 2,
  name,
  question: "",
  file,
  baseline: "a",
  metrics: ["rCum"],
  sessions: 10,
  variants: [{ name: "a", description: "", runs }],
});

/** As a suite leaves it that was run. */
function runSuiteNamed(folder: string, content: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "suite.json"), JSON.stringify(content));
}

const folderOf = (name: string, file: string) => suiteFolder(scratch.path, { name, file });

describe("the folder of a suite", () => {
  it("is its name's words, and another's of the same words is another", async () => {
    const first = await folderOf("My suite", "/w/a.suite.json");
    expect(first).toBe(join(suites, "my-suite"));
    runSuiteNamed(first, record("My suite", "/w/a.suite.json"));
    const second = await folderOf("my-suite!", "/w/b.suite.json");
    expect(second).toMatch(/my-suite-[0-9a-f]{8}$/);
    expect(await folderOf("My suite", "/w/a.suite.json")).toBe(first);
    runSuiteNamed(second, record("my-suite!", "/w/b.suite.json"));
    const third = await folderOf("MY SUITE?", "/w/c.suite.json");
    expect(new Set([first, second, third]).size).toBe(3);
  });

  it("stays where the other's is gone, and where the suite was renamed", async () => {
    const own = await folderOf("kept!", "/w/k.suite.json");
    runSuiteNamed(own, record("kept", "/w/other.suite.json"));
    const hashed = await folderOf("kept!", "/w/k.suite.json");
    expect(hashed).not.toBe(own);
    runSuiteNamed(hashed, record("kept!", "/w/k.suite.json"));
    writeFileSync(join(own, "suite.json"), JSON.stringify(record("kept!", "/w/k.suite.json")));
    expect(await folderOf("kept!", "/w/k.suite.json")).toBe(hashed);
    expect(await folderOf("Kept", "/w/k.suite.json")).toBe(own);
  });

  it("is no symbolic link", async () => {
    symlinkSync(scratch.path, join(suites, "linked"));
    await expect(folderOf("linked", "/w/l.suite.json")).rejects.toMatchObject({ code: "store.link" });
  });

  it("holds runs by names of folders only", async () => {
    const folder = join(suites, "hostile");
    runSuiteNamed(folder, record("hostile", "/w/h.suite.json", ["../../../../etc"]));
    await expect(readSuiteRecord(folder)).rejects.toMatchObject({
      code: "suite.broken",
      message: expect.stringContaining('$.variants[0].runs[0] is "../../../../etc": expected the name of a folder'),
    });
  });
});
