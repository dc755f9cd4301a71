// Runs the tests that sweep, whole and one after the other, and prints their figures: npm run torture -- <part of a path>
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** They take from one place whether they run whole. */
const isSweep = (path) => path.endsWith(".test.ts") && readFileSync(path, "utf8").includes("/support/whole.ts");

const sweeps = readdirSync("test/engine", { recursive: true })
  .map((name) => join("test/engine", name))
  .filter(isSweep)
  .toSorted();

const wanted = process.argv.slice(2);
const chosen = sweeps.filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)));
if (chosen.length === 0) {
  console.error(`No sweep has "${wanted.join('" or "')}" in its path. There are:\n${sweeps.join("\n")}`);
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project",
    "engine",
    "--no-file-parallelism",
    "--testTimeout=3600000",
    "--hookTimeout=3600000",
    ...chosen,
  ],
  { stdio: "inherit", env: { ...process.env, LERL_WHOLE: "1" } },
);
process.exit(status ?? 1);
