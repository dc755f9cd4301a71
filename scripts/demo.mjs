// npm run demo: trains the quickstart with and without its planner, and sets both beside the reference policies.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const experiment = "examples/quickstart/quickstart.lerl.json";
const scratch = mkdtempSync(join(tmpdir(), "lerl-demo-"));

/** Runs the experiment in a folder of its own; its rows as they come, its summary at the end. */
async function train(title, name, sets) {
  const args = ["dist/cli.cjs", "run", experiment, "--json", "--out", join(scratch, name)];
  const child = spawn(process.execPath, [...args, ...sets.flatMap((set) => ["--set", set])], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const rows = [];
  const references = [];
  let summary;
  let iterations = 1;
  const ended = once(child, "close");
  for await (const line of createInterface({ input: child.stdout })) {
    const row = JSON.parse(line);
    if (row.type === "run") iterations = row.experiment.training.iterations;
    if (row.type === "metrics") {
      rows.push(row);
      const { evalRCum } = row.values;
      if (evalRCum !== undefined) {
        console.log(
          `${title}: iteration ${String(row.iteration).padStart(3)}/${iterations}  R_cum ${evalRCum.toFixed(2)}`,
        );
      }
    }
    if (row.type === "reference") references.push(row);
    if (row.type === "summary") summary = row;
  }
  const [code] = await ended;
  if (code !== 0) process.exit(code ?? 1);
  return { rows, references, summary };
}

const lerl = await train("LERL", "lerl", []);
const flat = await train("Flat PPO", "flat", ["planner.enabled=false", "critic.enabled=false"]);
rmSync(scratch, { recursive: true, force: true });

const curves = [
  ["evalRCum", "R_cum"],
  ["evalTInt", "T_int"],
  ["evalNormalised", "normalised R_cum"],
];
console.log("\nCurves of LERL on the fixed evaluation users, first and last value");
const evaluated = lerl.rows.filter(({ values }) => values.evalRCum !== undefined);
for (const [name, label] of curves) {
  const [first, last] = [evaluated.at(0), evaluated.at(-1)].map((row) => row?.values[name]?.toFixed(3) ?? "–");
  console.log(`  ${label.padEnd(18)} ${first.padStart(8)}  ->  ${last.padStart(8)}`);
}

const normalised = { random: "0.000", oracle: "1.000" };
const table = [
  ["LERL", lerl.summary],
  ["flat PPO", flat.summary],
  ...["round-robin", "random", "oracle"].map((name) => [name, lerl.references.find(({ policy }) => policy === name)]),
];
console.log("\n                 T_int    R_cum    R_sin  normalised");
for (const [name, { tInt, rCum, rSin, normalised: score }] of table) {
  const cells = [tInt.toFixed(2), rCum.toFixed(3), rSin.toFixed(3), score?.toFixed(3) ?? normalised[name] ?? "–"];
  console.log(`  ${name.padEnd(12)} ${cells.map((cell) => cell.padStart(7)).join("  ")}`);
}
console.log(
  `\n${lerl.summary.userStepsPerSecond} user steps/s; one seed: for intervals run examples/suites/baselines.suite.json`,
);
