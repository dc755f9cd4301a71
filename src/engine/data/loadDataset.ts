/** The one entry to data: a configuration becomes a data set, from the binary cache when nothing has changed. */
import { isAbsolute, join } from "node:path";
import type { DatasetConfig } from "../../protocol/experiment/dataset.ts";
import type { FidelityChoice } from "../../protocol/experiment/fidelity.ts";
import { messageOf } from "../errors.ts";
import { cacheKey, cachePath, readCache, serialise, writeCache } from "./cache.ts";
import { findCsv } from "./csv.ts";
import type { Dataset, Lists } from "./dataset.ts";
import { findKuaiRand } from "./kuairand.ts";
import { findKuaiRec } from "./kuairec.ts";
import type { DataSource, LoadContext } from "./loading.ts";
import { findMovieLens } from "./movielens.ts";
import { generateSynthetic } from "./synthetic.ts";

export interface LoadOptions extends LoadContext {
  /** What relative paths of the configuration start at: the experiment file's folder. */
  readonly baseFolder: string;
  /** Where parsed data sets are kept; without it every load reads the source files. */
  readonly cacheFolder?: string | undefined;
  /** `single` keeps each item's primary category only (docs/method.md, section 10, `itemCategories`). */
  readonly itemCategories?: FidelityChoice<"itemCategories"> | undefined;
  /** Told when the cache cannot be written; the data set is fine nevertheless. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** @throws InputError for anything wrong with the files; the signal's reason when aborted */
export async function loadDataset(config: DatasetConfig, options: LoadOptions): Promise<Dataset> {
  options.signal?.throwIfAborted();
  const dataset = config.kind === "synthetic" ? generateSynthetic(config) : await loadFiles(config, options);
  return options.itemCategories === "single" ? withPrimaryCategoriesOnly(dataset) : dataset;
}

type FileConfig = Exclude<DatasetConfig, { kind: "synthetic" }>;

async function loadFiles(config: FileConfig, options: LoadOptions): Promise<Dataset> {
  const source = await findSource(config, options.baseFolder);
  if (!options.cacheFolder) return serialise(await source.read(options)).dataset;
  const path = cachePath(options.cacheFolder, await cacheKey(config, source.files));
  const cached = await readCache(path);
  if (cached) return cached;
  const { bytes, dataset } = serialise(await source.read(options));
  try {
    await writeCache(path, bytes);
  } catch (error) {
    options.onWarning?.(
      `The data cache ${path} could not be written, so the next start reads the files again: ${messageOf(error)}`,
    );
  }
  return dataset;
}

function findSource(config: FileConfig, baseFolder: string): Promise<DataSource> {
  const resolve = (path: string): string => (isAbsolute(path) ? path : join(baseFolder, path));
  switch (config.kind) {
    case "kuairand":
      return findKuaiRand(config, resolve(config.path));
    case "kuairec":
      return findKuaiRec(config, resolve(config.path));
    case "movielens":
      return findMovieLens(config, resolve(config.path));
    case "csv":
      return findCsv(config, resolve(config.interactions.path), resolve(config.items.path));
  }
}

/** The same data with one category per item. Categories that are nobody's first stay, without items. */
function withPrimaryCategoriesOnly(dataset: Dataset): Dataset {
  const { offsets, values } = dataset.itemCategories;
  const itemCategories: Lists = {
    offsets: Int32Array.from({ length: dataset.items + 1 }, (_, item) => item),
    values: Int32Array.from({ length: dataset.items }, (_, item) => values[offsets[item] as number] as number),
  };
  return { ...dataset, itemCategories, fingerprint: `${dataset.fingerprint}-single` };
}
