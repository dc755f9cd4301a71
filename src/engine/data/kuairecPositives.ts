/**
 * KuaiRec's small matrix reduced to its positives: `small_matrix_positives.csv` lists the pairs with a watch ratio of at
 * least 2, `small_matrix_index.json` its users and items, and a pair that is not listed is a true negative. Categories and
 * user features lie beside them or in a sibling folder `kuairec-meta`.
 *
 * The files record no order, so a user's log is every item of the matrix in an order drawn once and for all.
 */
import { dirname, join } from "node:path";
import * as z from "zod";
import type { KuaiRecConfig } from "../../protocol/experiment/dataset.ts";
import { fitting } from "../../protocol/misfit.ts";
import { InputError } from "../errors.ts";
import { RandomStream } from "../math/random.ts";
import { readJson, reasonOf } from "../regularFile.ts";
import { assembleDataset } from "./assembleDataset.ts";
import { categoryName } from "./categoryNames.ts";
import { matrixOf } from "./clickMatrix.ts";
import type { EntityTable } from "./entityTable.ts";
import { readItems } from "./kuairecItems.ts";
import { readUserFeatures } from "./kuaishouFeatures.ts";
import {
  type DataSource,
  DropCounter,
  folderWith,
  type LoadContext,
  reasons,
  requireFile,
  type UnnamedDataset,
} from "./loading.ts";
import { LogBuilder } from "./logBuilder.ts";
import { readTable } from "./tables/table.ts";

const POSITIVES = "small_matrix_positives.csv";
const POSITIVE_RATIO = 2;
const META = "kuairec-meta";
const ITEMS = "item_categories.csv";
const REMEDY = `Beside ${POSITIVES} there must be small_matrix_index.json, and ${ITEMS} and user_features.csv beside it or in a folder ${META} next to it.`;

const indexSchema = z.object({ users: z.array(z.int()).min(1), items: z.array(z.int()).min(1) });

interface Files {
  readonly positives: string;
  readonly index: string;
  readonly categories: string;
  readonly users: string;
}

/** The folder, at or in `path`, that holds the positives. */
export async function locatePositives(path: string): Promise<string | undefined> {
  return (await folderWith([path, join(path, "kuairec-positives")], [POSITIVES]))?.folder;
}

/** @returns nothing when the folder holds no positives */
export async function findPositives(config: KuaiRecConfig, path: string): Promise<DataSource | undefined> {
  const folder = await locatePositives(path);
  if (folder === undefined) return undefined;
  if (config.matrix === "big") {
    throw new InputError(
      "data.no-negatives",
      `${folder}: of the big matrix only positives are here, and a click model needs what was not clicked too. Set dataset.matrix to "small", or name a folder with big_matrix.csv.`,
    );
  }
  if (config.clickAtWatchRatio !== POSITIVE_RATIO) {
    throw new InputError(
      "data.watch-ratio",
      `dataset.clickAtWatchRatio is ${config.clickAtWatchRatio}, but ${join(folder, POSITIVES)} was made with ${POSITIVE_RATIO}. Set it to ${POSITIVE_RATIO}, or name a folder with small_matrix.csv.`,
    );
  }
  const metaFolders = [folder, join(folder, META), join(dirname(folder), META)];
  const meta = (await folderWith(metaFolders, [ITEMS]))?.folder ?? folder;
  const files: Files = {
    positives: join(folder, POSITIVES),
    index: await requireFile(join(folder, "small_matrix_index.json"), REMEDY),
    categories: await requireFile(join(meta, ITEMS), REMEDY),
    users: await requireFile(join(meta, "user_features.csv"), REMEDY),
  };
  return { files: Object.values(files), read: (context) => readPositives(files, context) };
}

async function readPositives(files: Files, context: LoadContext): Promise<UnnamedDataset> {
  const { items, itemCategories } = await readItems(files.categories, context);
  const users = await readUserFeatures(files.users, context);
  const index = await readIndex(files.index);
  const rowsOf = (ids: readonly number[], table: EntityTable, kind: string): Int32Array =>
    Int32Array.from(ids, (id) => {
      const row = table.find(String(id));
      if (row >= 0) return row;
      throw new InputError("data.unknown-id", `${files.index}: ${kind} ${id} is not in the ${kind} file. ${REMEDY}`);
    });
  const matrixUsers = rowsOf(index.users, users, "user");
  const matrixItems = rowsOf(index.items, items, "item").filter((item) => itemCategories[item]?.length !== 0);

  const dropped = new DropCounter();
  const positives = await readPairs(files.positives, users, items, dropped, context);
  const log = new LogBuilder();
  for (const user of matrixUsers) {
    const order = matrixItems.slice();
    new RandomStream(0, "kuairec positives", user).shuffle<number>(order);
    for (const item of order) log.add(user, item, 0, positives.has(user * items.ids.length + item) ? 1 : 0, 1);
  }
  const dataset = assembleDataset({
    name: "KuaiRec (small matrix, positives)",
    users,
    items,
    itemCategories,
    categoryName,
    feedbackTypes: ["is_click"],
    log,
    hasTime: false,
    dropped,
  });
  return { ...dataset, matrix: matrixOf(dataset) };
}

/** The listed pairs as user row * items + item row. */
async function readPairs(
  file: string,
  users: EntityTable,
  items: EntityTable,
  dropped: DropCounter,
  context: LoadContext,
): Promise<ReadonlySet<number>> {
  const pairs = new Set<number>();
  await readTable(
    file,
    ["user_id", "video_id"],
    (row) => {
      const user = users.find(row.id(0));
      const item = items.find(row.id(1));
      if (user < 0) dropped.add(reasons.unknownUser, 1, row.text(0));
      else if (item < 0) dropped.add(reasons.unknownItem, 1, row.text(1));
      else pairs.add(user * items.ids.length + item);
    },
    context,
  );
  return pairs;
}

async function readIndex(file: string): Promise<z.output<typeof indexSchema>> {
  try {
    return fitting(indexSchema, await readJson(file));
  } catch (error) {
    throw new InputError(
      "data.index",
      `${file}: expected {"users": [ids], "items": [ids]}: ${reasonOf(error)}. Download the file again.`,
      { cause: error },
    );
  }
}
