/** The kernels of a side: measured by a process of their own, bundled with the engine that they belong to. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { LerlError } from "../src/engine/errors.ts";
import type { Figure } from "./figure.ts";
import { node } from "./processes.ts";
import type { Side } from "./side.ts";

/** Milliseconds within which the process ends, whatever another commit's kernels make of the operands. */
const TIMEOUT = 120_000;

/** @returns the bundle, beside the kernels that it loads; undefined where the sources do not go together */
export async function bundleKernels(benchFolder: string, dist: string, name: string): Promise<string | undefined> {
  const outfile = join(dist, name);
  const entry = join(benchFolder, "kernelsProcess.ts");
  if (!existsSync(entry)) return undefined;
  try {
    await build({
      ...{ entryPoints: [entry], outfile, bundle: true, packages: "external" },
      ...{ platform: "node", format: "esm", target: "node20", logLevel: "silent" },
    });
  } catch {
    return undefined;
  }
  return outfile;
}

/** @throws LerlError `bench.no-kernels`, `bench.process-failed` */
export async function measureKernels({ kernels, workspace }: Side, signal: AbortSignal): Promise<readonly Figure[]> {
  if (kernels === undefined) throw new LerlError("bench.no-kernels", "its kernels are called otherwise");
  return JSON.parse(await node([kernels], { cwd: workspace, signal, timeout: TIMEOUT }));
}
