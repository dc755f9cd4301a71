/** `policy.backend: "tfjs"` and `lerl doctor` as a user meets them. */

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { difference } from "../tensor/support.ts";
import { jsonLinesOf, lerl, scratchFolder, writeExperiment } from "./lerl.ts";

const scratch = scratchFolder();
afterAll(scratch.remove);
const file = writeExperiment(scratch.path);
const dist = resolve(import.meta.dirname, "../../../dist");

/** A metric of the first update, which both backends compute on the same rollout. */
const firstUpdate = (run: string, metric: string): number => {
  const rows = readFileSync(join(scratch.path, run, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n");
  const row = rows.map((line) => JSON.parse(line)).find(({ iteration }) => iteration === 1);
  return row.values[metric];
};

describe("lerl run --set policy.backend=tfjs", () => {
  it("trains to the end, says what computes, and begins as our kernels do", async () => {
    const args = ["run", file, "--iterations", "2", "--out"];
    const theirs = await lerl([...args, "tfjs", "--set", "policy.backend=tfjs"], scratch.path);
    expect(theirs.err).toBe("");
    expect(theirs.code).toBe(0);
    expect(theirs.out).toMatch(/Updates are computed by @tensorflow\/tfjs(-node)? \d/);
    expect(theirs.out).not.toContain("Hi, looks like");
    const ours = await lerl([...args, "kernels"], scratch.path);
    expect(ours.out).not.toContain("Updates are computed by");
    for (const metric of ["policyLoss", "valueLoss", "entropy", "approxKl", "gradientNorm"]) {
      const [a, b] = [firstUpdate("tfjs", metric), firstUpdate("kernels", metric)];
      expect(difference([a], [b]), metric).toBeLessThan(1e-4);
    }
  });

  it("ends with one error that says what to install where there is no TensorFlow.js; all else goes on", () => {
    const alone = join(scratch.path, "alone", "dist");
    mkdirSync(alone, { recursive: true });
    for (const name of ["cli.cjs", "kernels.wasm", "engineWorker.cjs"])
      copyFileSync(join(dist, name), join(alone, name));
    const cli = (...args: string[]) =>
      spawnSync(process.execPath, [join(alone, "cli.cjs"), ...args], { cwd: scratch.path, encoding: "utf8" });
    const run = ["run", file, "--iterations", "1"];
    const { status, stderr } = cli(...run, "--set", "policy.backend=tfjs");
    expect(status).toBe(2);
    expect(stderr).toContain("npm install @tensorflow/tfjs-node");
    expect(stderr).not.toContain("    at ");
    expect(cli(...run, "--out", "other").status).toBe(0);
    // What TensorFlow.js has trained is acted and evaluated by our kernels.
    expect(cli("evaluate", "tfjs", "--sessions", "4", "--json").status).toBe(0);
  });
});

it("lerl doctor says which TensorFlow.js is used", async () => {
  const finished = await lerl(["doctor", "--json"], scratch.path);
  const { findings } = jsonLinesOf(finished)[0] as { findings: { name: string; state: string; text: string }[] };
  const found = findings.find(({ name }) => name === "TensorFlow.js");
  expect(found?.state).toBe("good");
  expect(found?.text).toMatch(/^@tensorflow\/tfjs(-node)? \d+\.\d+\.\d+ on its /);
  expect(finished.err).toBe("");
});
