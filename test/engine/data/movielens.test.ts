import { describe, expect, it } from "vitest";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { expectConsistent } from "./consistency.ts";
import { expectInputError, folderOf } from "./files.ts";

const load = (path: string, clickAtRating = 4) =>
  loadDataset({ kind: "movielens", path, clickAtRating, mayDrop: 1 }, { baseFolder: "/" });

const csv = {
  "movies.csv": [
    "movieId,title,genres",
    "1,Toy Story (1995),Adventure|Animation|Children|Comedy|Fantasy",
    '11,"American President, The (1995)",Comedy|Drama|Romance',
    "171749,Death Note: Desu nôto (2006–2007),(no genres listed)",
    "40,Never rated (1980),Drama",
  ],
  "ratings.csv": [
    "userId,movieId,rating,timestamp",
    "7,1,4.5,964982703",
    "7,11,3.5,964981247",
    "3,11,4.0,1",
    "3,171749,5.0,2",
  ],
};

const dat = {
  "movies.dat": Buffer.from(
    "1::Toy Story (1995)::Animation|Children's|Comedy\n2::Misérables, Les (1995)::Drama|Musical\n3::\"Quoted (1994)::Drama\n",
    "latin1",
  ),
  "ratings.dat": ["1::1::5::978300760", "1::2::3::978300275", "2::3::4::978299000"],
  "users.dat": ["1::F::1::10::48067", "2::M::56::16::70072"],
};

describe("ml-latest-small and ml-25m", () => {
  it("turn ratings into clicks and genres into categories", async () => {
    const data = await load(await folderOf(csv));
    expectConsistent(data);
    expect(data.userIds).toEqual(["7", "3"]);
    expect(data.itemIds).toEqual(["1", "11"]);
    expect([...data.log.items]).toEqual([1, 0, 1]);
    expect([...data.log.feedback]).toEqual([0, 1, 1]);
    expect(data.categories.map((category) => category.name)).toEqual([
      "Adventure",
      "Animation",
      "Children",
      "Comedy",
      "Drama",
      "Fantasy",
      "Romance",
    ]);
    expect([...data.itemCategories.values]).toEqual([0, 1, 2, 3, 5, 3, 4, 6]);
    expect(data.userFeatures.names).toEqual([]);
    expect(data.dropped).toEqual([
      { reason: "interactions with an item without a category", rows: 1 },
      { reason: "items without a category, which no plan could allow", rows: 1 },
      { reason: "items without an interaction", rows: 1 },
    ]);
  });

  it("are found in the archive's folder", async () => {
    const nested = Object.fromEntries(Object.entries(csv).map(([name, rows]) => [`ml-latest-small/${name}`, rows]));
    expect((await load(await folderOf(nested))).name).toBe("MovieLens (ml-latest-small)");
  });

  it("say what is wrong and where", async () => {
    const ratings = (...rows: readonly string[]) =>
      folderOf({ ...csv, "ratings.csv": ["userId,movieId,rating,timestamp", ...rows] });
    await expectInputError(load(await ratings("7,1,6,1")), 'ratings.csv:2: column "rating" holds "6"', "0.5 to 5");
    await expectInputError(
      load(await ratings("7,1,4,1", "7,1,4")),
      "ratings.csv:3: the row has 3 columns instead of 4",
    );
    const movies = ["movieId,title,genres", "1,A (1990),Comedy|Come"];
    await expectInputError(
      load(await folderOf({ ...csv, "movies.csv": movies })),
      'movies.csv:2: column "genres" holds "Comedy|Come"',
    );
    await expectInputError(load(await folderOf({})), "no file ratings.csv or ratings.dat", "grouplens.org");
    await expectInputError(load(await folderOf({ "ratings.csv": csv["ratings.csv"] })), "movies.csv: no such file");
  });
});

describe("ml-1m", () => {
  it("is read with its own separator and character set, and its user features", async () => {
    const data = await load(await folderOf(dat));
    expectConsistent(data);
    expect([...data.log.items]).toEqual([1, 0, 2]);
    expect([...data.log.feedback]).toEqual([0, 1, 1]);
    expect(data.categories.map((category) => category.name)).toEqual([
      "Animation",
      "Children",
      "Comedy",
      "Drama",
      "Musical",
    ]);
    expect(data.userFeatures.names).toEqual(["gender", "age", "occupation"]);
    expect([...data.userFeatures.values]).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it("says what is wrong and where", async () => {
    const folder = await folderOf({ ...dat, "ratings.dat": ["1::1::5::978300760", "1::2::five::978300275"] });
    await expectInputError(load(folder), 'ratings.dat:2: column "rating" holds "five"');
    const commas = await folderOf({ ...dat, "ratings.dat": ["1,1,5,978300760", "1,2,3,978300275"] });
    await expectInputError(load(commas), "ratings.dat:1: the row has 1 columns instead of 4");
  });
});
