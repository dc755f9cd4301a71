/**
 * MovieLens: ml-latest-small, ml-20m, ml-25m and ml-32m (CSV), ml-1m and ml-10m (fields separated by `::`, latin1, no header),
 * ml-100k (tabs and `|`, a column per genre). Genres are categories.
 */
import { basename, join } from "node:path";
import type { MovieLensConfig } from "../../protocol/experiment/dataset.ts";
import { InputError } from "../errors.ts";
import { assembleDataset } from "./assembleDataset.ts";
import { EntityTable } from "./entityTable.ts";
import {
  type DataSource,
  DropCounter,
  folderWith,
  isFile,
  type LoadContext,
  reasons,
  requireFile,
  requireFolder,
  type UnnamedDataset,
} from "./loading.ts";
import { LogBuilder } from "./logBuilder.ts";
import type { TableOptions } from "./tables/options.ts";
import type { Row } from "./tables/row.ts";
import { readTable } from "./tables/table.ts";

const REMEDY =
  "dataset.path must name the folder of a MovieLens set (grouplens.org/datasets/movielens) that holds ratings.csv and movies.csv, ratings.dat and movies.dat, or u.data and u.item.";

/** All genres of the published sets; a category's id is its place here. */
const genres = [
  "Action",
  "Adventure",
  "Animation",
  "Children",
  "Comedy",
  "Crime",
  "Documentary",
  "Drama",
  "Fantasy",
  "Film-Noir",
  "Horror",
  "IMAX",
  "Musical",
  "Mystery",
  "Romance",
  "Sci-Fi",
  "Thriller",
  "War",
  "Western",
];
const genreIds = new Map([
  ...genres.map((genre, id) => [genre, id] as const),
  ["Children's", genres.indexOf("Children")],
]);
/** The columns of u.item, 1 where a film is of the genre; the first is "unknown". */
const flags100k = genres.filter((genre) => genre !== "IMAX");
const NO_GENRES = "(no genres listed)";

interface Files {
  readonly ratings: string;
  readonly movies: string;
  readonly users?: string;
}

const folderNames = ["ml-latest-small", "ml-latest", "ml-32m", "ml-25m", "ml-20m", "ml-10M100K", "ml-1m", "ml-100k"];

/** The folder, at or in `path`, that holds ratings, and the name of their file. */
export async function locateRatings(path: string): Promise<{ folder: string; file: string } | undefined> {
  const folders = [path, ...folderNames.map((name) => join(path, name))];
  return folderWith(folders, ["ratings.csv", "ratings.dat", "u.data"]);
}

/** @throws InputError when the folder or one of its files is missing */
export async function findMovieLens(config: MovieLensConfig, path: string): Promise<DataSource> {
  await requireFolder(path, REMEDY);
  const found = await locateRatings(path);
  if (!found)
    throw new InputError("data.file-missing", `${path}: no file ratings.csv or ratings.dat or u.data. ${REMEDY}`);
  const inFolder = (name: string): string => join(found.folder, name);
  const [movies, usersFile] = companions[found.file as keyof typeof companions];
  const files: Files = {
    ratings: inFolder(found.file),
    movies: await requireFile(inFolder(movies), REMEDY),
    ...(usersFile !== undefined && (await isFile(inFolder(usersFile))) && { users: inFolder(usersFile) }),
  };
  return {
    files: Object.values(files),
    read: (context) => readMovieLens(config, basename(found.folder), files, context),
  };
}

/** The files beside the ratings: films, and users where the set describes them. */
const companions = {
  "ratings.csv": ["movies.csv", undefined],
  "ratings.dat": ["movies.dat", "users.dat"],
  "u.data": ["u.item", "u.user"],
} as const;

/** How a file is written: as CSV with a header, or with these columns separated by `::`, a tab or `|`. */
function formatOf(file: string, columns: readonly string[]): TableOptions | undefined {
  if (file.endsWith(".csv")) return undefined;
  const delimiter = file.endsWith(".dat") ? "::" : file.endsWith("u.data") ? "\t" : "|";
  return { delimiter, quotes: false, encoding: "latin1", columns };
}

async function readMovieLens(
  config: MovieLensConfig,
  folder: string,
  files: Files,
  context: LoadContext,
): Promise<UnnamedDataset> {
  const { items, itemCategories } = await readMovies(files.movies, context);
  const users = files.users ? await readUsers(files.users, context) : new EntityTable();
  const dropped = new DropCounter();
  const log = new LogBuilder();
  const columns = ["userId", "movieId", "rating", "timestamp"];
  await readTable(
    files.ratings,
    columns,
    (row) => {
      const userId = row.id(0);
      const user = files.users ? users.find(userId) : users.findOrAdd(userId);
      const item = items.find(row.id(1));
      const rating = row.number(2);
      if (rating < 0.5 || rating > 5) row.fail(2, "a rating from 0.5 to 5");
      const time = row.number(3);
      if (user < 0) dropped.add(reasons.unknownUser, 1, userId);
      else if (item < 0) dropped.add(reasons.unknownItem, 1, row.text(1));
      else if (itemCategories[item]?.length === 0) dropped.add(reasons.untaggedInteraction, 1, row.text(1));
      else log.add(user, item, time, rating >= config.clickAtRating ? 1 : 0, 1);
    },
    context,
    formatOf(files.ratings, columns),
  );
  return assembleDataset({
    name: `MovieLens (${folder})`,
    users,
    items,
    itemCategories,
    categoryName: (id) => genres[id] as string,
    feedbackTypes: ["is_click"],
    log,
    hasTime: true,
    dropped,
  });
}

async function readMovies(file: string, context: LoadContext) {
  const items = new EntityTable(["genre", "decade"]);
  const itemCategories: (readonly number[])[] = [];
  const is100k = file.endsWith("u.item");
  const all = is100k
    ? ["movieId", "title", "release", "videoRelease", "url", "unknown", ...flags100k]
    : ["movieId", "title", "genres"];
  const columns = is100k ? ["movieId", "title", ...flags100k] : all;
  await readTable(
    file,
    columns,
    (row) => {
      const categories = is100k ? genresFlagged(row, 2) : genresOf(row, 2);
      const decade = /\((\d{3})\d\)\s*$/.exec(row.text(1))?.[1] ?? "unknown";
      if (items.add(row.id(0), [String(categories[0]), decade]) < 0) {
        row.fail(0, "every movie once", "data.duplicate-id");
      }
      itemCategories.push(categories);
    },
    context,
    formatOf(file, all),
  );
  return { items, itemCategories };
}

/** @param first place of the first genre's flag */
function genresFlagged(row: Row, first: number): readonly number[] {
  return flags100k.flatMap((genre, i) => (row.bit(first + i) === 1 ? [genreIds.get(genre) as number] : []));
}

function genresOf(row: Row, column: number): readonly number[] {
  const text = row.text(column);
  if (text === NO_GENRES || text === "") return [];
  return text
    .split("|")
    .map(
      (genre) => genreIds.get(genre) ?? row.fail(column, "MovieLens genres, separated by |", "data.unknown-category"),
    );
}

async function readUsers(file: string, context: LoadContext): Promise<EntityTable> {
  const features = ["gender", "age", "occupation"];
  const columns = ["userId", ...features];
  const all = file.endsWith(".dat")
    ? ["userId", "gender", "age", "occupation", "zip"]
    : ["userId", "age", "gender", "occupation", "zip"];
  const users = new EntityTable(features);
  await readTable(
    file,
    columns,
    (row) => {
      if (users.add(row.id(0), [row.text(1), row.text(2), row.text(3)]) < 0) {
        row.fail(0, "every user once", "data.duplicate-id");
      }
    },
    context,
    formatOf(file, all),
  );
  return users;
}
