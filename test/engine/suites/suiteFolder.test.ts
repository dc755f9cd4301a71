import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readSuiteRecord, renameOldFolder, suiteRunsFolder } from "../../../src/engine/suites/suiteFolder.ts";
import { temporaryFolder } from "../comparison/runFolders.ts";

/** suite.json of version 1, when a suite's runs were called its trials. */
const old = {
  schemaVersion: 1,
  name: "Small suite",
  question: "",
  file: "small.suite.json",
  baseline: "LERL",
  metrics: ["rCum"],
  sessions: 5,
  variants: [{ name: "LERL", description: "as it is", trials: ["a1", "b2"] }],
};

async function oldSuite(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "trials", "a1"), { recursive: true });
  await writeFile(join(folder, "suite.json"), JSON.stringify(old));
  return folder;
}

it("reads a suite of version 1 where it lies, and changes nothing", async () => {
  const folder = await oldSuite();
  expect(await readSuiteRecord(folder)).toEqual({
    ...old,
    schemaVersion: 2,
    variants: [{ name: "LERL", description: "as it is", runs: ["a1", "b2"] }],
  });
  expect(await suiteRunsFolder(folder)).toBe(join(folder, "trials"));
  expect(await readdir(folder)).toEqual(["suite.json", "trials"]);
});

it("keeps the finished runs of a suite of version 1 when it is run again", async () => {
  const folder = await oldSuite();
  await renameOldFolder(folder);
  expect(await suiteRunsFolder(folder)).toBe(join(folder, "runs"));
  expect(await readdir(join(folder, "runs"))).toEqual(["a1"]);
  await renameOldFolder(folder);
  expect(await readdir(folder)).toEqual(["runs", "suite.json"]);
});

it("names a damaged record and what to do", async () => {
  const folder = await temporaryFolder();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "suite.json"), '{ "schemaVersion": 1, "variants": 3 }');
  await expect(readSuiteRecord(folder)).rejects.toThrow(/suite\.json: not readable .*Run the suite again/s);
});
