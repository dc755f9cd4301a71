/** What measures the kernels of another commit. */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { Side } from "../side.ts";
import { bundleKernels, measureKernels } from "../sideKernels.ts";

/**
 * Today's measurements where they compute the same on both sides. Else the kernels are called otherwise, or compute
 * otherwise: then the measurements that belong to the other commit, if it has any; without, today's, if they run at all.
 * @param there the other side, unpacked in `checkout`
 */
export async function kernelsOf(
  root: string,
  checkout: string,
  here: Side,
  there: Side,
  signal: AbortSignal,
): Promise<string | undefined> {
  const todays = join(checkout, "bench-of-today");
  await cp(join(root, "bench"), todays, { recursive: true });
  const same = await bundleKernels(todays, there.dist, "kernels-of-today.mjs");
  const [expected, found] = [await checks(here, signal), await checks({ ...there, kernels: same }, signal)];
  if (found !== undefined && found === expected) return same;
  const own = await bundleKernels(join(checkout, "bench"), there.dist, "kernels-of-then.mjs");
  if ((await checks({ ...there, kernels: own }, signal)) !== undefined) return own;
  return found === undefined ? undefined : same;
}

/** What the kernels compute; undefined where they do not run. */
async function checks(side: Side, signal: AbortSignal): Promise<string | undefined> {
  try {
    const figures = await measureKernels(side, signal);
    return figures.map(({ name, unit, check }) => `${name} ${unit} ${check}`).join("\n");
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
