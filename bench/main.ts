/** npm run bench: every row of the performance page, measured one after the other, and written as JSON. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { dataRows } from "./data.ts";
import { engineRows } from "./engine.ts";
import { kernelFigures } from "./kernels.ts";
import { stepFigures } from "./step.ts";
import { studioRows } from "./studio.ts";

interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: number;
  readonly atMost?: boolean;
}

const parts: Readonly<Record<string, (root: string) => Promise<readonly Row[]>>> = {
  kernels: () => kernelFigures(),
  step: () => stepFigures(),
  data: async (root) => (await dataRows(root)).map((row) => ({ ...row, atMost: true })),
  engine: engineRows,
  studio: () => studioRows(),
};

async function main(): Promise<void> {
  const root = process.cwd();
  const wanted = process.argv.slice(2);
  const measured: Row[] = [];
  console.log(`${cpus().length} x ${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.versions.node}\n`);
  for (const [name, part] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const row of await part(root)) {
      measured.push(row);
      console.log(line(row));
    }
  }
  const folder = join(root, "bench/results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().replace(/[:.]/g, "-")}.json`);
  writeFileSync(file, `${JSON.stringify(measured, undefined, 2)}\n`);
  console.log(`\nwritten to ${file}`);
}

function line({ name, value, unit, target, atMost }: Row): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const shown = `${name.padEnd(46)} ${value.toFixed(digits).padStart(9)} ${unit.padEnd(13)}`;
  if (target === undefined) return shown;
  const reached = atMost ? value <= target : value >= target;
  return `${shown} target ${atMost ? "<=" : ">="} ${String(target).padEnd(5)} ${reached ? "reached" : "not reached"}`;
}

void main();
