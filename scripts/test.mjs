// npm test: every stage, timed, each allowed to fail on its own. At the end what failed by name, and "N passed, N failed".
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ensureBrowser } from "../test/host/lib/browser.mjs";

/** Of every stage, for the end of the output: a machine may keep no more than that. */
const failures = [];

const scratch = mkdtempSync(join(tmpdir(), "lerl-test-"));
const only = process.argv.slice(2);

const firstLine = (text = "") => text.split("\n")[0];

/** A stage that is one check: it passes or fails as a whole. */
const check = (name, command, args) => ({
  name,
  run: () => (spawnSync(command, args, { stdio: "inherit" }).status === 0 ? [1, 0] : [0, 1]),
});

/** A stage of vitest: its JSON report gives the counts. */
const vitest = (name) => ({
  name,
  run: () => {
    const report = join(scratch, `${name}.json`);
    const args = [
      "vitest",
      "run",
      "--project",
      name,
      "--reporter=default",
      "--reporter=json",
      `--outputFile=${report}`,
    ];
    const { status } = spawnSync("npx", args, { stdio: "inherit" });
    if (!existsSync(report)) return [0, 1];
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    for (const { name: path, assertionResults, message } of testResults) {
      const file = relative(".", path);
      const failed = assertionResults.filter(({ status }) => status === "failed");
      for (const test of failed) failures.push(`${file} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
      if (message && failed.length === 0) failures.push(`${file}: ${firstLine(message)}`);
    }
    const failed = status !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
    return [numPassedTests, failed, numPendingTests];
  },
});

/** A stage whose output ends with "N passed, N failed". */
const counted = (name, ...args) => ({
  name,
  run: () => {
    const log = join(scratch, `${name}.log`);
    const script = 'set -o pipefail; log="$1"; shift; "$@" 2>&1 | tee "$log"';
    const command = ["-c", script, "bash", log, process.execPath, ...args];
    const { status } = spawnSync("bash", command, { stdio: "inherit" });
    const output = readFileSync(log, "utf8");
    failures.push(...output.split("\n").filter((line) => / (FAILED|UNSTEADY) /.test(line)));
    const counts = output.match(/(\d+) passed, (\d+) failed\s*$/);
    if (!counts) return [0, 1];
    const [passed, failed] = [Number(counts[1]), Number(counts[2])];
    return [passed, status !== 0 && failed === 0 ? 1 : failed];
  },
});

const debian = existsSync("/etc/debian_version");

const hasTests = (name) =>
  existsSync(`test/${name}`) && spawnSync("sh", ["-c", `ls -R test/${name} | grep -q 'test.ts$'`]).status === 0;

const stages = [
  check("lint", "npm", ["run", "--silent", "lint"]),
  check("types", "npm", ["run", "--silent", "types"]),
  check("notices", process.execPath, ["scripts/notices.mjs", "--check"]),
  ...["engine", "extension", "webview", "model"].filter(hasTests).map(vitest),
  // Leaves the production build in dist/: what follows is tested as users get it.
  check("package", process.execPath, ["scripts/package.mjs"]),
  // The real VS Code needs Debian's packages; elsewhere these two stages are left out, and said to be.
  ...(debian ? [counted("host", "test/host/run.mjs"), counted("floor", "test/host/run.mjs", "--floor")] : []),
].filter((stage) => only.length === 0 || only.includes(stage.name));

// Without root it cannot be installed; the page's tests then say what is missing.
if (debian && stages.some(({ name }) => name === "webview")) {
  await ensureBrowser(console.log).catch((error) => console.error(error.message));
}

const rows = [];
for (const stage of stages) {
  const started = Date.now();
  const [passed, failed, skipped = 0] = stage.run();
  rows.push({ name: stage.name, passed, failed, skipped, seconds: (Date.now() - started) / 1000 });
}
rmSync(scratch, { recursive: true, force: true });

const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
if (!debian) console.log("\nskipped: host and floor, the tests in a real VS Code, need Debian");
if (failures.length > 0) console.log(`\n${failures.join("\n")}`);
console.log("\nstage        passed  failed  skipped  seconds");
for (const row of rows) {
  console.log(
    `${row.name.padEnd(12)} ${String(row.passed).padStart(6)} ${String(row.failed).padStart(7)} ${String(row.skipped).padStart(8)} ${row.seconds.toFixed(1).padStart(8)}`,
  );
}
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
process.exit(sum("failed") === 0 ? 0 : 1);
