/** Loading: the KuaiRand part from its files and from the binary cache, and generating the default synthetic data. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDataset } from "../src/engine/data/loadDataset.ts";
import { type DatasetConfig, datasetSchema } from "../src/protocol/experiment/dataset.ts";

/** One measured number; its target is an upper bound. */
export interface DataRow {
  readonly name: string;
  readonly value: number;
  readonly unit: "s";
  readonly target: number;
}

const KUAIRAND_PART = "../shared/data/kuairand-pure-part";

/** @param root the repository's root; the KuaiRand rows are left out where the data is absent */
export async function dataRows(root: string): Promise<readonly DataRow[]> {
  const cacheFolder = await mkdtemp(join(tmpdir(), "lerl-bench-"));
  const load = async (name: string, config: DatasetConfig, target: number): Promise<DataRow> => {
    const start = performance.now();
    await loadDataset(config, { baseFolder: root, cacheFolder });
    return { name, value: (performance.now() - start) / 1000, unit: "s", target };
  };
  try {
    const rows = [await load("generate the default synthetic data", datasetSchema.parse({ kind: "synthetic" }), 2)];
    if (existsSync(join(root, KUAIRAND_PART))) {
      const kuairand = datasetSchema.parse({ kind: "kuairand", path: KUAIRAND_PART });
      rows.push(await load("load the KuaiRand part, first time", kuairand, 6));
      rows.push(await load("load the KuaiRand part, cached", kuairand, 1));
    }
    return rows;
  } finally {
    await rm(cacheFolder, { recursive: true, force: true });
  }
}
