/** Loading: the KuaiRand part from its files and from the binary cache, and generating the default synthetic data. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDataset } from "../src/engine/data/loadDataset.ts";
import { type DatasetConfig, datasetSchema } from "../src/protocol/experiment/dataset.ts";
import type { Figure } from "./figure.ts";
import { KUAIRAND_PART } from "./workloads.ts";

/** @param root the repository's root; the KuaiRand figures are left out where the data is absent */
export async function dataFigures(root: string): Promise<readonly Figure[]> {
  const cacheFolder = await mkdtemp(join(tmpdir(), "lerl-bench-"));
  const load = async (name: string, config: DatasetConfig, target: number): Promise<Figure> => {
    const start = performance.now();
    await loadDataset(config, { baseFolder: root, cacheFolder });
    return { name, value: (performance.now() - start) / 1000, unit: "s", target, lessIsBetter: true };
  };
  try {
    const figures = [await load("generate the default synthetic data", datasetSchema.parse({ kind: "synthetic" }), 2)];
    if (existsSync(join(root, KUAIRAND_PART))) {
      const kuairand = datasetSchema.parse({ kind: "kuairand", path: KUAIRAND_PART });
      figures.push(await load("load the KuaiRand part, first time", kuairand, 6));
      figures.push(await load("load the KuaiRand part, cached", kuairand, 1));
    }
    return figures;
  } finally {
    await rm(cacheFolder, { recursive: true, force: true });
  }
}
