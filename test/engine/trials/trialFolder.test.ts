import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readCells, readVisits, TrialFolder } from "../../../src/engine/trials/trialFolder.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { visit } from "./visits.ts";

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

it("tells a row that is no visit, or no plan, by its line before anything is served", async () => {
  const folder = await TrialFolder.create({ workspaceFolder: scratch.path, words: "y", now, random: Math.random });
  await folder.release();
  const [good, bad] = [visit(0, 0), visit(1, 0)];
  const { user: _, ...episode } = bad.episode;
  const sessions = folder.file("sessions");
  writeFileSync(sessions, `${JSON.stringify(good)}\n${JSON.stringify(bad)}\n`);
  expect(await readVisits(folder.path)).toEqual([good, bad]);
  writeFileSync(sessions, `${JSON.stringify(good)}\n${JSON.stringify({ ...bad, episode })}\n`);
  await expect(readVisits(folder.path)).rejects.toMatchObject({
    code: "store.broken-line",
    message: `${sessions}:2: $.episode.user is missing: expected string. Repair the line, or delete it: what it held is served anew.`,
  });
  writeFileSync(folder.file("cells"), "{}\n");
  await expect(readCells(folder.path)).rejects.toThrow(`${folder.file("cells")}:1: $.contender is missing`);
});
