/**
 * KuaiRand-Pure (docs/data.md), as published or as the part of it that starts on 25 April.
 *
 * The part adds `history_*_last50.csv`: each user's last 50 earlier events, of which only long_view and is_like are known.
 * - The other feedback types are not observed there, and train nothing. As input of a model the click bit is set where the
 *   video was viewed long: 99.6 % of the long views of the log are clicks, so the bit is right but may be missing.
 * - `ambiguous` marks the rows of a user and video that occur more than once. Equal rows in a row are the duplicates that
 *   the published log has too, and are dropped. The others stay as exposures, none of their feedback observed, since the
 *   labels of such rows need not belong to the visit they stand beside.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { KuaiRandConfig } from "../../protocol/experiment/dataset.ts";
import { InputError } from "../errors.ts";
import { assembleDataset } from "./assembleDataset.ts";
import { categoryName } from "./categoryNames.ts";
import { EntityTable } from "./entityTable.ts";
import { durationRange, readCategoryIds, readUserFeatures } from "./kuaishouFeatures.ts";
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
import { isMissing } from "./tables/row.ts";
import { readTable } from "./tables/table.ts";

const feedbackTypes = ["is_click", "long_view", "is_like", "is_comment", "is_forward", "is_follow", "is_hate"];
const ALL_OBSERVED = (1 << feedbackTypes.length) - 1;
const CLICK = 1 << feedbackTypes.indexOf("is_click");
const LONG_VIEW = 1 << feedbackTypes.indexOf("long_view");
const LIKE = 1 << feedbackTypes.indexOf("is_like");

const REPEATED = "rows of the history file that repeat the row above";
const VIDEOS = "video_features_basic_pure.csv";
const USERS = "user_features_pure.csv";
const REMEDY =
  "dataset.path must name the folder of KuaiRand-Pure (zenodo.org/records/10439422) that holds log_standard_*.csv, user_features_pure.csv and video_features_basic_pure.csv.";

type AddInteraction = (
  userId: string,
  itemId: string,
  time: number,
  feedback: number,
  observed: number,
  atRandom?: boolean,
) => void;

interface Files {
  readonly videos: string;
  readonly users: string;
  readonly history: readonly string[];
  readonly logs: readonly string[];
  /** Those of `logs` whose videos were drawn uniformly. */
  readonly random: readonly string[];
}

/** The folder, at or in `path`, that holds KuaiRand-Pure's feature files. */
export async function locateKuaiRand(path: string): Promise<string | undefined> {
  const candidates = [path, join(path, "data"), join(path, "KuaiRand-Pure", "data")];
  return (await folderWith(candidates, [VIDEOS, USERS]))?.folder;
}

/** @throws InputError when the folder or one of its files is missing */
export async function findKuaiRand(config: KuaiRandConfig, path: string): Promise<DataSource> {
  await requireFolder(path, REMEDY);
  const folder = (await locateKuaiRand(path)) ?? path;
  const names = (await readdir(folder)).sort();
  const matching = (pattern: RegExp): readonly string[] =>
    names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
  const standard = matching(/^log_standard_.*\.csv$/);
  const random = config.includeRandomLog ? matching(/^log_random_.*\.csv$/) : [];
  if (standard.length === 0) throw missingLog(folder, "log_standard_*.csv", REMEDY);
  if (config.includeRandomLog && random.length === 0) {
    throw missingLog(folder, "log_random_*.csv", "Set dataset.includeRandomLog to false, or add the file.");
  }
  const files: Files = {
    videos: await requireFile(join(folder, VIDEOS), REMEDY),
    users: await requireFile(join(folder, USERS), REMEDY),
    history: matching(/^history_.*_last50\.csv$/),
    logs: [...standard, ...random],
    random,
  };
  return {
    files: [files.videos, files.users, ...files.history, ...files.logs],
    read: (context) => readKuaiRand(files, context),
  };
}

function missingLog(folder: string, pattern: string, remedy: string): InputError {
  return new InputError("data.file-missing", `${folder}: no file ${pattern}. ${remedy}`);
}

async function readKuaiRand(files: Files, context: LoadContext): Promise<UnnamedDataset> {
  const { items, itemCategories } = await readVideos(files.videos, context);
  const users = await readUserFeatures(files.users, context);
  const dropped = new DropCounter();
  const log = new LogBuilder();

  /** Adds an interaction if its user and item are known and the item can be planned for. */
  const add: AddInteraction = (userId, itemId, time, feedback, observed, atRandom) => {
    const user = users.find(userId);
    const item = items.find(itemId);
    if (user < 0) dropped.add(reasons.unknownUser, 1, userId);
    else if (item < 0) dropped.add(reasons.unknownItem, 1, itemId);
    else if (itemCategories[item]?.length === 0) dropped.add(reasons.untaggedInteraction, 1, itemId);
    else log.add(user, item, time, feedback, observed, atRandom);
  };

  for (const file of files.history) await readHistory(file, add, dropped, context);
  for (const file of files.logs) {
    const atRandom = files.random.includes(file);
    await readTable(
      file,
      ["user_id", "video_id", "time_ms", ...feedbackTypes],
      (row) => {
        let bits = 0;
        for (let f = 0; f < feedbackTypes.length; f++) bits |= row.bit(3 + f) << f;
        add(row.id(0), row.id(1), row.integer(2), bits, ALL_OBSERVED, atRandom);
      },
      context,
    );
  }
  return assembleDataset({
    name: files.history.length > 0 ? "KuaiRand-Pure (part)" : "KuaiRand-Pure",
    users,
    items,
    itemCategories,
    categoryName,
    feedbackTypes,
    log,
    hasTime: true,
    dropped,
  });
}

async function readVideos(file: string, context: LoadContext) {
  const items = new EntityTable(["video_type", "upload_type", "music_type", "duration_range", "tag"]);
  const itemCategories: (readonly number[])[] = [];
  await readTable(
    file,
    ["video_id", "video_type", "upload_type", "music_type", "video_duration", "tag"],
    (row) => {
      const categories = readCategoryIds(row, 5);
      const music = row.text(3);
      const values = [
        row.text(1),
        row.text(2),
        isMissing(music) ? "missing" : music,
        durationRange(row.numberOrMissing(4)),
        String(categories[0]),
      ];
      if (items.add(row.id(0), values) < 0) row.fail(0, "every video once", "data.duplicate-id");
      itemCategories.push(categories);
    },
    context,
  );
  return { items, itemCategories };
}

async function readHistory(
  file: string,
  add: AddInteraction,
  dropped: DropCounter,
  context: LoadContext,
): Promise<void> {
  let previous = "";
  await readTable(
    file,
    ["user_id", "position", "video_id", "long_view", "is_like", "ambiguous"],
    (row) => {
      const feedback = row.bit(3) * (CLICK | LONG_VIEW) + row.bit(4) * LIKE;
      const ambiguous = row.bit(5) === 1;
      const current = `${row.id(0)} ${row.id(2)} ${feedback}`;
      if (ambiguous && current === previous) dropped.add(REPEATED);
      // Positions count from 0 and log times from 1970: every history row comes before every row of the log.
      else add(row.id(0), row.id(2), row.integer(1), feedback, ambiguous ? 0 : LONG_VIEW | LIKE);
      previous = current;
    },
    context,
  );
}
