/** Measurements are kept as JSON, `bench/results/<time>.json`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function writeResults(root: string, results: unknown): string {
  const folder = join(root, "bench/results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().replace(/[:.]/g, "-")}.json`);
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  return file;
}
