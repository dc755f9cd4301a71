/** KuaiRec as published (docs/data.md): a matrix of watch ratios, of which the small one is fully observed. */
import { join } from "node:path";
import type { KuaiRecConfig } from "../../protocol/experiment/dataset.ts";
import { InputError } from "../errors.ts";
import { assembleDataset } from "./assembleDataset.ts";
import { categoryName } from "./categoryNames.ts";
import { matrixOf } from "./clickMatrix.ts";
import { DURATION_RANGE, readItems } from "./kuairecItems.ts";
import { findPositives } from "./kuairecPositives.ts";
import { durationRange, readUserFeatures } from "./kuaishouFeatures.ts";
import {
  type DataSource,
  DropCounter,
  folderWith,
  type LoadContext,
  reasons,
  requireFile,
  requireFolder,
  type UnnamedDataset,
} from "./loading.ts";
import { LogBuilder } from "./logBuilder.ts";
import { readTable } from "./tables/table.ts";

const REMEDY =
  "dataset.path must name the folder of KuaiRec (zenodo.org/records/18164998) that holds small_matrix.csv or big_matrix.csv, item_categories.csv and user_features.csv.";

const matrixFile = (matrix: KuaiRecConfig["matrix"]): string => `${matrix}_matrix.csv`;

/** The folder, at or in `path`, that holds the published matrix. */
export async function locateMatrix(path: string, matrix: KuaiRecConfig["matrix"]): Promise<string | undefined> {
  const candidates = [path, join(path, "data"), join(path, "KuaiRec", "data"), join(path, "KuaiRec 2.0", "data")];
  return (await folderWith(candidates, [matrixFile(matrix)]))?.folder;
}

/** @throws InputError when the folder or one of its files is missing */
export async function findKuaiRec(config: KuaiRecConfig, path: string): Promise<DataSource> {
  await requireFolder(path, REMEDY);
  const matrix = matrixFile(config.matrix);
  const folder = await locateMatrix(path, config.matrix);
  if (folder === undefined) {
    const positives = await findPositives(config, path);
    if (positives) return positives;
    throw new InputError("data.file-missing", `${path}: no file ${matrix}. ${REMEDY}`);
  }
  const file = join(folder, matrix);
  const categories = await requireFile(join(folder, "item_categories.csv"), REMEDY);
  const users = await requireFile(join(folder, "user_features.csv"), REMEDY);
  return {
    files: [file, categories, users],
    read: (context) => readKuaiRec(config, { matrix: file, categories, users }, context),
  };
}

async function readKuaiRec(
  config: KuaiRecConfig,
  files: { readonly matrix: string; readonly categories: string; readonly users: string },
  context: LoadContext,
): Promise<UnnamedDataset> {
  const { items, itemCategories } = await readItems(files.categories, context);
  const users = await readUserFeatures(files.users, context);
  const dropped = new DropCounter();
  const log = new LogBuilder();
  const lastTime = new Float64Array(users.ids.length).fill(Number.NEGATIVE_INFINITY);
  await readTable(
    files.matrix,
    ["user_id", "video_id", "video_duration", "timestamp", "watch_ratio"],
    (row) => {
      const user = users.find(row.id(0));
      const item = items.find(row.id(1));
      const duration = row.numberOrMissing(2);
      const time = row.numberOrMissing(3);
      const click = row.number(4) >= config.clickAtWatchRatio ? 1 : 0;
      if (user < 0) dropped.add(reasons.unknownUser, 1, row.text(0));
      else if (item < 0) dropped.add(reasons.unknownItem, 1, row.text(1));
      else if (itemCategories[item]?.length === 0) dropped.add(reasons.untaggedInteraction, 1, row.text(1));
      else {
        // A row without a time keeps its place in the file, behind the user's row above it.
        if (!Number.isNaN(time)) lastTime[user] = time;
        log.add(user, item, lastTime[user] as number, click, 1);
        // A row without a duration does not take back what another row told.
        if (duration > 0) items.set(item, DURATION_RANGE, durationRange(duration));
      }
    },
    context,
  );
  const dataset = assembleDataset({
    name: `KuaiRec (${config.matrix} matrix)`,
    users,
    items,
    itemCategories,
    categoryName,
    feedbackTypes: ["is_click"],
    log,
    hasTime: true,
    dropped,
  });
  return config.matrix === "small" ? { ...dataset, matrix: matrixOf(dataset) } : dataset;
}
