/** The one entry to data: a configuration becomes a data set, from the binary cache when nothing has changed. */
import { isAbsolute, join } from "node:path";
import type { DatasetConfig } from "../../protocol/experiment/dataset.ts";
import type { FidelityChoice } from "../../protocol/experiment/fidelity.ts";
import { InputError, messageOf } from "../errors.ts";
import { cacheKey, cachePath, readCache, serialise, writeCache } from "./cache.ts";
import { findCsv } from "./csv/csv.ts";
import type { Dataset, Lists } from "./dataset.ts";
import { FileHashes, type SeenFile, seenFile } from "./fileHashes.ts";
import { findKuaiRand } from "./kuairand.ts";
import { findKuaiRec } from "./kuairec.ts";
import type { DataSource, LoadContext, UnnamedDataset } from "./loading.ts";
import { findMovieLens } from "./movielens.ts";
import { requireKept } from "./readingText.ts";
import { generateWithPauses, syntheticFingerprint } from "./synthetic.ts";

export interface LoadOptions extends LoadContext {
  /** What relative paths of the configuration start at: the experiment file's folder. */
  readonly baseFolder: string;
  /** Where parsed data sets are kept; without it every load reads the source files. */
  readonly cacheFolder?: string | undefined;
  /** `single` keeps each item's primary category only (docs/method.md, section 10, `itemCategories`). */
  readonly itemCategories?: FidelityChoice<"itemCategories"> | undefined;
  /** Share of the interactions that may be left out; that of the configuration by default. */
  readonly mayDrop?: number | undefined;
  /** Told when the cache cannot be written; the data set is fine nevertheless. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Milliseconds since 1970: a file changed a moment ago is hashed again next time. The system's by default. */
  readonly now?: (() => number) | undefined;
}

/** @throws InputError for anything wrong with the files; the signal's reason when aborted */
export async function loadDataset(config: DatasetConfig, options: LoadOptions): Promise<Dataset> {
  options.signal?.throwIfAborted();
  const dataset = await (config.kind === "synthetic"
    ? generateWithPauses(config, options.signal)
    : loadFiles(config, options));
  if (config.kind !== "synthetic") requireKept(dataset, options.mayDrop ?? config.mayDrop);
  return options.itemCategories === "single" ? withPrimaryCategoriesOnly(dataset) : dataset;
}

type FileConfig = Exclude<DatasetConfig, { kind: "synthetic" }>;

async function loadFiles(config: FileConfig, options: LoadOptions): Promise<Dataset> {
  const source = await findSource(config, options.baseFolder);
  const { cacheFolder, now = Date.now } = options;
  if (cacheFolder === undefined) {
    const seen = await Promise.all(source.files.map(seenFile));
    return serialise(await readUnchanged(source, seen, options)).dataset;
  }
  const keep = (work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => options.onWarning?.(cannotKeep(cacheFolder, error)));
  const hashes = new FileHashes(cacheFolder, now);
  const files = await hashes.of(source.files, options);
  const key = cacheKey(config, files);
  const path = cachePath(cacheFolder, key);
  const cached = await readCache(path, key);
  if (cached) {
    await keep(() => hashes.save());
    return cached;
  }
  const { bytes, dataset } = serialise(await readUnchanged(source, files, options), key);
  await keep(async () => {
    await hashes.save();
    await writeCache(path, bytes);
  });
  return dataset;
}

/** @throws InputError `data.changed` where a file is no longer as it was seen */
async function readUnchanged(
  source: DataSource,
  seen: readonly SeenFile[],
  options: LoadOptions,
): Promise<UnnamedDataset> {
  const dataset = await source.read(options);
  for (const { path, state } of seen) {
    if ((await seenFile(path)).state === state) continue;
    throw new InputError(
      "data.changed",
      `${path}: changed while it was read. Load it again once nothing writes it any more, or read from a copy.`,
    );
  }
  return dataset;
}

const cannotKeep = (folder: string, error: unknown): string =>
  `The data cache ${folder} could not be written, so the next start reads the files again (${messageOf(error)}). Make it a folder with free space that may be written to; everything else works without it.`;

/** The files that a configuration's data are read from; absolute. @throws InputError where one is missing */
export async function dataFiles(config: FileConfig, baseFolder: string): Promise<readonly string[]> {
  return (await findSource(config, baseFolder)).files;
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
      return findCsv(
        config,
        resolve(config.interactions.path),
        config.items.path === undefined ? undefined : resolve(config.items.path),
      );
  }
}

/** The same data with one category per item. Categories that are nobody's first stay, without items. */
function withPrimaryCategoriesOnly(dataset: Dataset): Dataset {
  const { offsets, values } = dataset.itemCategories;
  const itemCategories: Lists = {
    offsets: Int32Array.from({ length: dataset.items + 1 }, (_, item) => item),
    values: Int32Array.from({ length: dataset.items }, (_, item) => values[offsets[item] as number] as number),
  };
  return { ...dataset, itemCategories, fingerprint: single(dataset.fingerprint) };
}

const single = (fingerprint: string): string => `${fingerprint}-single`;

/** The fingerprints a configuration's data may have. @param cached those of the cached data sets */
export function fingerprintsOf(config: DatasetConfig, cached: readonly string[]): readonly string[] {
  const whole = config.kind === "synthetic" ? [syntheticFingerprint(config)] : cached;
  return [...whole, ...whole.map(single)];
}
