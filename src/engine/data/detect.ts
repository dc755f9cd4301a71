/** Recognises a published data set by its files, for commands that are given a folder instead of an experiment. */
import { type DatasetConfig, datasetSchema } from "../../protocol/experiment/dataset.ts";
import { InputError } from "../errors.ts";
import { locateKuaiRand } from "./kuairand.ts";
import { locateMatrix } from "./kuairec.ts";
import { locatePositives } from "./kuairecPositives.ts";
import { requireFolder } from "./loading.ts";
import { locateRatings } from "./movielens.ts";

/**
 * The configuration, with its defaults, that reads the folder.
 * @throws InputError when no known data set lies there
 */
export async function detectDataset(path: string): Promise<DatasetConfig> {
  await requireFolder(path, "Name a folder with a data set's files, or an experiment file.");
  if (await locateKuaiRand(path)) return datasetSchema.parse({ kind: "kuairand", path });
  if ((await locateMatrix(path, "small")) ?? (await locatePositives(path))) {
    return datasetSchema.parse({ kind: "kuairec", path, matrix: "small" });
  }
  if (await locateMatrix(path, "big")) return datasetSchema.parse({ kind: "kuairec", path, matrix: "big" });
  if (await locateRatings(path)) return datasetSchema.parse({ kind: "movielens", path });
  throw new InputError(
    "data.unknown-kind",
    `${path}: no KuaiRand-Pure, KuaiRec or MovieLens files here. For other data, write an experiment whose dataset.kind is "csv" and describe that.`,
  );
}
