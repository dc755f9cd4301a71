// A copy of the working tree in which faults are tried; the tree itself is never touched.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Copies what git knows or would add, and links node_modules. */
export function copyTree(repository) {
  const cache = join(repository, ".cache");
  mkdirSync(cache, { recursive: true });
  const root = mkdtempSync(join(cache, "mutate-"));
  const listed = spawnSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
    cwd: repository,
    encoding: "utf8",
  });
  for (const file of listed.stdout.split("\0").filter((name) => name && existsSync(join(repository, name)))) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(repository, file), join(root, file));
  }
  symlinkSync(relative(root, join(repository, "node_modules")), join(root, "node_modules"));
  return root;
}

let running;

/** Ends what runs now, its children included. */
export function endRunning() {
  try {
    if (running) process.kill(-running.pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** Runs a command in the copy: "passed", "failed", or "late" where it took longer than `limitMs` and was ended. */
export function run(root, limitMs, ...args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: "ignore", detached: true });
    running = child;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      endRunning();
    }, limitMs);
    child.once("close", (code) => {
      clearTimeout(timer);
      running = undefined;
      resolve(late ? "late" : code === 0 ? "passed" : "failed");
    });
  });
}

/** Runs test files until one test fails: { outcome, failed }, the file that failed where vitest could still say it. */
export async function runTests(root, files, limitMs, workers) {
  const report = join(root, "mutate-report.json");
  rmSync(report, { force: true });
  const outcome = await run(
    root,
    limitMs,
    ...["node_modules/vitest/vitest.mjs", "run", "--bail=1", `--maxWorkers=${workers}`, "--cache=false"],
    ...["--reporter=json", `--outputFile=${report}`, ...files],
  );
  if (outcome !== "failed" || !existsSync(report)) return { outcome };
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  const failed = testResults.find(({ status }) => status === "failed")?.name;
  return { outcome, failed: failed && relative(root, failed) };
}
