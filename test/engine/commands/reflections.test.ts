import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lerl, scratchFolder, writeExperiment } from "./lerl.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const run = join(scratch.path, "run");

beforeAll(async () => {
  const file = writeExperiment(scratch.path);
  await lerl(["run", file, "--iterations", "2", "--quiet", "--out", run], scratch.path);
});

describe("lerl reflections", () => {
  it("writes a sheet for two raters, never over one that is there, and says how far they agree", async () => {
    const sheet = await lerl(["reflections", "sheet", run, "--sample", "4", "--out", "r.csv"], scratch.path);
    expect(sheet.code).toBe(0);
    expect(sheet.out).toMatch(/^4 of \d+ reflections are in r\.csv/);
    const again = await lerl(["reflections", "sheet", run, "--out", "r.csv"], scratch.path);
    expect(again.code).toBe(2);
    expect(again.err).toContain("is there already");
    const file = join(scratch.path, "r.csv");
    const empty = await lerl(["reflections", "agreement", "r.csv"], scratch.path);
    expect(empty.err).toContain("no reflection has been rated by both yet");
    const ratings = ["causal,causal", "causal,surface", "surface,surface", "surface,surface"];
    const lines = readFileSync(file, "utf8").split("\r\n");
    writeFileSync(file, lines.map((line, i) => line.replace(/,,$/, `,${ratings[i - 1]}`)).join("\r\n"));
    const { code, out } = await lerl(["reflections", "agreement", "r.csv"], scratch.path);
    expect(code).toBe(0);
    expect(out).toContain("Cohen's kappa 0.50: they agree on 75 % of 4 reflections, 50 % by chance.");
  });

  it.each([
    ["secrets", 'DB_PASSWORD="hunter2"\n', "utf8", "no rating sheet"],
    ["a sheet in UTF-16", "\ufeffrater 1\trater 2\r\n", "utf16le", "saved as UTF-16. Save it as UTF-8."],
  ] as const)("says that a file is no sheet, and quotes nothing of %s", async (_, text, encoding, words) => {
    writeFileSync(join(scratch.path, "other"), text, encoding);
    const { code, err } = await lerl(["reflections", "agreement", "other"], scratch.path);
    expect([code, err]).toEqual([2, expect.stringContaining(words)]);
    expect(err).not.toContain("hunter2");
  });
});
