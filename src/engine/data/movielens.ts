/** MovieLens: ml-latest-small and ml-25m (CSV), ml-1m (fields separated by `::`, latin1, no header). Genres are categories. */
import { basename, join } from "node:path";
import type { MovieLensConfig } from "../../protocol/experiment/dataset.ts";
import { InputError } from "../errors.ts";
import { assembleDataset, reasons } from "./assembleDataset.ts";
import { EntityTable } from "./entityTable.ts";
import {
  type DataSource,
  DropCounter,
  folderWith,
  isFile,
  type LoadContext,
  requireFile,
  requireFolder,
  type UnnamedDataset,
} from "./loading.ts";
import { LogBuilder } from "./logBuilder.ts";
import { type Row, readTable, type TableFormat } from "./tables.ts";

const REMEDY =
  "dataset.path must name the folder of a MovieLens set (grouplens.org/datasets/movielens) that holds ratings.csv and movies.csv, or ratings.dat and movies.dat.";

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
const NO_GENRES = "(no genres listed)";

interface Files {
  readonly ratings: string;
  readonly movies: string;
  readonly users?: string;
}

/** The folder, at or in `path`, that holds ratings, and the name of their file. */
export async function locateRatings(path: string): Promise<{ folder: string; file: string } | undefined> {
  const folders = [path, ...["ml-latest-small", "ml-1m", "ml-25m"].map((name) => join(path, name))];
  return folderWith(folders, ["ratings.csv", "ratings.dat"]);
}

/** @throws InputError when the folder or one of its files is missing */
export async function findMovieLens(config: MovieLensConfig, path: string): Promise<DataSource> {
  await requireFolder(path, REMEDY);
  const found = await locateRatings(path);
  if (!found) throw new InputError("data.file-missing", `${path}: no file ratings.csv or ratings.dat. ${REMEDY}`);
  const extension = found.file === "ratings.csv" ? "csv" : "dat";
  const usersFile = join(found.folder, "users.dat");
  const files: Files = {
    ratings: join(found.folder, found.file),
    movies: await requireFile(join(found.folder, `movies.${extension}`), REMEDY),
    ...(extension === "dat" && (await isFile(usersFile)) && { users: usersFile }),
  };
  return {
    files: Object.values(files),
    read: (context) => readMovieLens(config, basename(found.folder), files, context),
  };
}

/** How a file is written: as CSV with a header, or with these columns separated by `::`. */
function formatOf(file: string, header: readonly string[]): TableFormat {
  return file.endsWith(".csv") ? {} : { delimiter: "::", quotes: false, encoding: "latin1", header };
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
      if (user < 0) dropped.add(reasons.unknownUser);
      else if (item < 0) dropped.add(reasons.unknownItem);
      else if (itemCategories[item]?.length === 0) dropped.add(reasons.untaggedInteraction);
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
  const columns = ["movieId", "title", "genres"];
  await readTable(
    file,
    columns,
    (row) => {
      const categories = genresOf(row, 2);
      const decade = /\((\d{3})\d\)\s*$/.exec(row.text(1))?.[1] ?? "unknown";
      if (items.add(row.id(0), [String(categories[0]), decade]) < 0) {
        row.fail(0, "every movie once", "data.duplicate-id");
      }
      itemCategories.push(categories);
    },
    context,
    formatOf(file, columns),
  );
  return { items, itemCategories };
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
  const columns = ["userId", ...features, "zip"];
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
    formatOf(file, columns),
  );
  return users;
}
