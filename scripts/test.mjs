// npm test: every stage, timed, each allowed to fail on its own; the last line is "N passed, N failed".
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const scratch = mkdtempSync(join(tmpdir(), "lerl-test-"));
const only = process.argv.slice(2);

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
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
    const failed = status !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
    return [numPassedTests, failed, numPendingTests];
  },
});

const hasTests = (name) =>
  existsSync(`test/${name}`) && spawnSync("sh", ["-c", `ls -R test/${name} | grep -q 'test.ts$'`]).status === 0;

const stages = [
  check("lint", "npx", ["biome", "check", "."]),
  check("types", "npm", ["run", "--silent", "types"]),
  ...["engine", "extension", "webview"].filter(hasTests).map(vitest),
].filter((stage) => only.length === 0 || only.includes(stage.name));

const rows = [];
for (const stage of stages) {
  const started = Date.now();
  const [passed, failed, skipped = 0] = stage.run();
  rows.push({ name: stage.name, passed, failed, skipped, seconds: (Date.now() - started) / 1000 });
}
rmSync(scratch, { recursive: true, force: true });

const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
console.log("\nstage        passed  failed  skipped  seconds");
for (const row of rows) {
  console.log(
    `${row.name.padEnd(12)} ${String(row.passed).padStart(6)} ${String(row.failed).padStart(7)} ${String(row.skipped).padStart(8)} ${row.seconds.toFixed(1).padStart(8)}`,
  );
}
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
process.exit(sum("failed") === 0 ? 0 : 1);
