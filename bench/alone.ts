/** The rows of the working tree, beside what is asked of them. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { buildHere, type Work } from "./against/checkout.ts";
import { median } from "./against/statistics.ts";
import type { Figure } from "./figure.ts";
import type { Row } from "./rows.ts";
import type { Side } from "./side.ts";
import { bundleKernels } from "./sideKernels.ts";
import { figureLine, rowTitle } from "./table.ts";
import type { Task } from "./task.ts";

export async function measureAlone({ root, scratch, rows, rounds, progress }: Task, work: Work): Promise<object> {
  const side = await sideHere(root, scratch, work);
  const { signal } = work;
  const measured: object[] = [];
  for (const row of rows) {
    if (row.prepare) {
      progress.say(preparing(row));
      await row.prepare(side, signal);
    }
    progress.begin(row.name, row.seconds * rounds);
    const found: (readonly Figure[])[] = [];
    for (let round = 0; round < rounds; round++) {
      found.push(await unlessAborted(row.measure(side, signal), signal));
      progress.measured(row.seconds);
    }
    const figures = mediansOf(found);
    measured.push({ row: row.name, figures });
    progress.end();
    console.log(`\n${rowTitle(row)}\n${figures.map(figureLine).join("\n")}`);
  }
  return { rows: measured };
}

/** What is said while the row's data is read and its user model trained. */
export const preparing = ({ name }: Row): string => `preparing ${name}: the first time takes a minute or two`;

/** The working tree as a side, built. */
export async function sideHere(root: string, scratch: string, work: Work): Promise<Side> {
  const folder = join(scratch, "new");
  const workspace = join(scratch, "new-workspace");
  await mkdir(workspace, { recursive: true });
  await buildHere(root, folder, work);
  const dist = join(folder, "dist");
  return { dist, workspace, kernels: await bundleKernels(join(root, "bench"), dist, "kernels-of-today.mjs") };
}

/** Each figure of the first round, with the median of all rounds. */
function mediansOf(rounds: readonly (readonly Figure[])[]): readonly Figure[] {
  const [first = []] = rounds;
  return first.map((figure, i) => ({
    ...figure,
    value: median(rounds.map((figures) => figures[i]?.value ?? Number.NaN)),
  }));
}

/** Rows that run in this process do not hear the signal. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
