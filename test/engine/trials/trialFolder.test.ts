import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { TrialFolder } from "../../../src/engine/trials/trialFolder.ts";
import { scratchFolder } from "../commands/lerl.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const now = () => new Date(2026, 10, 23, 17, 25, 3);

it("gives the lock back where what a killed process left cannot be removed", async () => {
  const folder = await TrialFolder.create({ workspaceFolder: scratch.path, words: "x", now, random: Math.random });
  await folder.release();
  writeFileSync(folder.file("record"), "{}");
  const inTheWay = join(folder.path, "trial.json.0123456789abcdef.tmp");
  mkdirSync(inTheWay);
  await expect(TrialFolder.open(folder.path, now)).rejects.toThrow();
  expect(existsSync(folder.file("lock"))).toBe(false);
  rmdirSync(inTheWay);
  await (await TrialFolder.open(folder.path, now)).release();
});
