/** Whole suites in real processes: what `lerl suite run` leaves does not depend on how often it was interrupted. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { readEvaluation, readEvaluationRows } from "../../../src/engine/runs/evaluationFiles.ts";
import { readRunRecord } from "../../../src/engine/store/runDocuments.ts";
import { storageContents } from "../../../src/engine/upkeep/contents.ts";
import { temporaryFolder } from "../comparison/runFolders.ts";

const cli = resolve(import.meta.dirname, "../../../dist/cli.cjs");
const built = existsSync(cli);
if (!built) console.warn("Skipped: the command line is not built; run npm run build.");

const base = {
  name: "Small",
  dataset: { kind: "synthetic", users: 40, items: 60, categories: 6 },
  simulator: { users: 3 },
  policy: { backend: "plain", layers: 1, hidden: [8], idEmbedding: 4, encoding: 8, heads: 2, feedForward: 8 },
  training: { iterations: 6, rolloutSteps: 4, checkpointEvery: 1 },
  evaluation: { every: 100, sessions: 5, references: false },
};
const suite = {
  name: "Small suite",
  experiment: "base.lerl.json",
  seeds: [1, 2],
  sessions: 5,
  variants: [{ name: "LERL" }, { name: "LinUCB", set: { "policy.kind": "linucb", "planner.enabled": false } }],
};

async function workspace(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "base.lerl.json"), JSON.stringify(base));
  await writeFile(join(folder, "small.suite.json"), JSON.stringify(suite));
  return folder;
}

interface Progress {
  readonly type: string;
  readonly done: number;
  readonly fraction: number;
  readonly running: number;
}

/** Runs the suite; interrupts it at the first progress that `when` accepts. Resolves with the exit code. */
function runSuite(
  folder: string,
  when?: (progress: Progress) => boolean,
  ...options: readonly string[]
): Promise<number | null> {
  const child: ChildProcess = spawn(
    process.execPath,
    [cli, "suite", "run", "small.suite.json", "--jobs", "2", "--json", ...options],
    {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let sent = false;
  if (child.stdout) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const progress = JSON.parse(line) as Progress;
      if (sent || progress.type !== "progress" || !when?.(progress)) return;
      sent = true;
      child.kill("SIGINT");
    });
  }
  return new Promise((end) => child.once("close", end));
}

/** The checkpoint's weights on the sessions of the evaluation beside training: the same numbers as at training's end. */
async function checkEvaluation(folder: string): Promise<void> {
  const { summary } = await readRunRecord(join(folder, "run.json"));
  const evaluation = await readEvaluation(folder);
  expect(evaluation?.run.metrics.rCum).toBeCloseTo(summary?.rCum ?? Number.NaN, 12);
  const rows = await readEvaluationRows(folder);
  expect(rows.map(({ policy, session }) => `${policy} ${session}`)).toEqual(
    ["run", "random", "random-in-plan", "round-robin", "not-personalised", "oracle"].flatMap((policy) =>
      [0, 1, 2, 3, 4].map((i) => `${policy} ${i}`),
    ),
  );
  for (const { rewards, rCum, tInt } of rows) {
    expect(rewards).toHaveLength(tInt);
    expect(rewards.reduce((sum, reward) => sum + reward, 0)).toBeCloseTo(rCum, 12);
  }
}

const tableOf = (folder: string) =>
  Promise.all(
    ["table.txt", "table.md", "table.json", "table.csv"].map((file) =>
      readFile(join(folder, ".lerl/suites/small-suite", file), "utf8"),
    ),
  );

describe.runIf(built)("lerl suite run", () => {
  it("interrupted at three moments ends with the table of the uninterrupted one, byte for byte", {
    timeout: 240_000,
  }, async () => {
    const straight = await workspace();
    expect(await runSuite(straight)).toBe(0);
    const broken = await workspace();
    const moments: readonly ((progress: Progress) => boolean)[] = [
      ({ running }) => running === 2,
      ({ fraction }) => fraction > 0.2,
      ({ done }) => done >= 2,
    ];
    for (const moment of moments) expect(await runSuite(broken, moment)).toBe(130);
    expect(existsSync(join(broken, ".lerl/suites/small-suite/table.md"))).toBe(false);
    expect(await runSuite(broken)).toBe(0);
    expect(await tableOf(broken)).toEqual(await tableOf(straight));
    const runs = await readdir(join(broken, ".lerl/suites/small-suite/runs"));
    expect(runs).toHaveLength(4);
    for (const run of runs) await checkEvaluation(join(broken, ".lerl/suites/small-suite/runs", run));

    // Everything is done: nothing runs again, and nobody holds it.
    expect(existsSync(join(broken, ".lerl/suites/small-suite/lock.json"))).toBe(false);
    expect(await runSuite(broken, ({ running }) => running > 0)).toBe(0);
    expect(await tableOf(broken)).toEqual(await tableOf(straight));
  });

  it("takes a quick look at its first seeds, and the whole goes on with them", { timeout: 120_000 }, async () => {
    const folder = await workspace();
    const runs = join(folder, ".lerl/suites/small-suite/runs");
    expect(await runSuite(folder, undefined, "--seeds", "1")).toBe(0);
    const first = await readdir(runs);
    expect(first).toHaveLength(2);
    const [, quick] = await tableOf(folder);
    expect(quick).toContain("| LERL | 1 |");
    let begun = Number.POSITIVE_INFINITY;
    const whole = await runSuite(folder, ({ done }) => {
      begun = Math.min(begun, done);
      return false;
    });
    expect(whole).toBe(0);
    expect(begun).toBe(2);
    expect(await readdir(runs)).toEqual(expect.arrayContaining(first));
    const [, table] = await tableOf(folder);
    expect(table).toContain("| LERL | 2 |");
  });

  it("is under way from its first run to its last, also between their processes", { timeout: 120_000 }, async () => {
    const folder = await workspace();
    const stays: (string | undefined)[] = [];
    const looks: Promise<void>[] = [];
    const look = async () => {
      const [item] = await storageContents(folder, () => new Date(), "suites/small-suite");
      stays.push(item?.stays);
    };
    let second: Promise<number | null> | undefined;
    const code = await runSuite(folder, ({ running }) => {
      if (running > 0) looks.push(look());
      second ??= runSuite(folder);
      return false;
    });
    await Promise.all(looks);
    expect(code).toBe(0);
    expect(await second).toBe(2);
    expect(stays.length).toBeGreaterThan(0);
    expect(new Set(stays)).toEqual(new Set(["it is under way"]));
    stays.length = 0;
    await look();
    expect(stays).toEqual([undefined]);
  });
});
