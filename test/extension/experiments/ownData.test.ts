/** New Experiment for a person's own data, answered as a person does, over the engine's own reading of the files. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { QuickPickItem } from "vscode";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import type { InputError } from "../../../src/engine/errors.ts";
import { EngineInputError } from "../../../src/extension/engine/engineErrors.ts";
import { DataPages } from "../../../src/extension/experiments/dataPages.ts";
import { newExperiment } from "../../../src/extension/experiments/newExperiment.ts";
import { parseExperiment } from "../../../src/protocol/parseExperiment.ts";
import { serviceAt } from "../../engine/service/serviceAt.ts";
import { AnsweringEngine } from "../support/answeringEngine.ts";
import { own } from "../support/own.ts";
import { CancellationError, host, resetHost, TextDocument, Uri, window } from "../support/vscode.ts";

type Rows = readonly string[] | Buffer;

interface Room {
  readonly folder: string;
  readonly engine: AnsweringEngine;
  /** Labels and details of each list, as offered. */
  readonly offered: (readonly string[])[];
  /**
   * Goes through New Experiment: each answer is the start of a row's label, or a list of several rows'; a number is typed.
   * "" takes the first row, as Enter does; undefined is Escape. Files that are wanted are those of `files`, in turn.
   */
  run(files: readonly string[], ...answers: readonly (string | readonly string[] | undefined)[]): Promise<void>;
  /** The `dataset` that was written, in the folder's only experiment. */
  dataset(): Record<string, unknown>;
  readonly pages: () => readonly string[];
}

function openRoom(files: Readonly<Record<string, Rows>>): Room {
  resetHost();
  const folder = mkdtempSync(join(tmpdir(), "lerl-own-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, rows] of Object.entries(files)) {
    const path = join(folder, "data", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.isBuffer(rows) ? rows : `${rows.join("\n")}\n`);
  }
  host.folders = [{ uri: Uri.file(folder), name: "w", index: 0 }];
  const { handlers } = serviceAt(folder);
  const overChannel = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: InputError) => {
      throw new EngineInputError(error.message, error.code);
    });
  const engine = new AnsweringEngine({
    "data/propose": (asked) => overChannel(handlers["data/propose"](asked)),
    "data/describe": (asked) => overChannel(handlers["data/describe"](asked)),
  });
  const pages = own(new DataPages(engine));
  const log = window.createOutputChannel("LERL", { log: true });
  const extensionUri = Uri.file(resolve(import.meta.dirname, "../../.."));
  const offered: (readonly string[])[] = [];
  return {
    folder,
    engine,
    offered,
    run: async (wanted, ...answers) => {
      const [left, leftFiles] = [[...answers], [...wanted]];
      const find = (items: readonly QuickPickItem[], label: string) =>
        items.find((item) => item.label.startsWith(label)) ??
        expect.fail(`no row ${label} of ${items.map((i) => i.label)}`);
      host.answerInput = ({ value = "", validateInput }) => {
        if (value !== "") return value;
        const typed = left.shift() as string;
        void validateInput?.(typed);
        return typed;
      };
      host.answerOpen = () => [Uri.file(join(folder, "data", leftFiles.shift() ?? expect.fail("no more files")))];
      host.answerPick = (items) => {
        offered.push(items.map(({ label, detail }) => (detail === undefined ? label : `${label}: ${detail}`)));
        const answer = offered.length === 1 ? "Your own data" : left.shift();
        if (answer === undefined) return undefined;
        return typeof answer === "string" ? find(items, answer) : answer.map((label) => find(items, label));
      };
      await newExperiment({ extensionUri, engine, log, pages });
      expect(left).toEqual([]);
    },
    dataset: () => JSON.parse(JSON.stringify(written(folder).dataset)),
    pages: () => host.shown.flatMap((shown) => (shown instanceof TextDocument ? [shown.getText()] : [])),
  };
}

const fileIn = (folder: string): string => join(folder, "csv", "csv.lerl.json");

/** What stands in the file, without the defaults. */
function written(folder: string) {
  const text = readFileSync(fileIn(folder), "utf8");
  expect(parseExperiment(text)).toMatchObject({ ok: true });
  return JSON.parse(text.replace(/^\s*\/\/.*$/gm, "")) as { dataset: Record<string, unknown> };
}

/** The data set that the experiment written reads. */
async function loaded(folder: string) {
  const parsed = parseExperiment(readFileSync(fileIn(folder), "utf8"));
  if (!parsed.ok) throw new Error("the experiment is not valid");
  return loadDataset(parsed.value.dataset, { baseFolder: join(folder, "csv") });
}

const ratings = ["userId;movieId;rating;timestamp", "1;31;2.5;1260759144", "1;40;3;1260759179", "2;31;5;835355493"];
const films = ["movieId;title;genres", "31;Dangerous Minds;Drama|Comedy", "40;Cry;Drama"];

describe("New Experiment for one's own data", () => {
  it("takes what is proposed at each Enter, shows the page, and writes what reads the files so", async () => {
    const room = openRoom({ "ratings.csv": ratings, "films.csv": films });
    await room.run(["ratings.csv", "films.csv"], "Choose", "Choose", "", "", "", "", "", "", "", "Create");
    expect(room.dataset()).toEqual({
      kind: "csv",
      interactions: {
        path: "../data/ratings.csv",
        user: "userId",
        item: "movieId",
        feedback: ["rating"],
        clickAt: 4,
        time: "timestamp",
      },
      items: { path: "../data/films.csv", item: "movieId", categories: "genres" },
    });
    expect(room.offered[3]?.slice(0, 2)).toEqual(["userId: 1 · 1 · 2", "movieId: 31 · 40 · 31"]);
    expect(room.pages()).toHaveLength(1);
    expect(room.pages()[0]).toMatch(/ratings\.csv[\s\S]*Users +2\n[\s\S]*rating +0\.3333/);
    const data = await loaded(room.folder);
    expect([data.users, data.items, data.categories.map(({ name }) => name)]).toEqual([2, 2, ["Comedy", "Drama"]]);
    expect(host.executed.at(-1)).toMatchObject({ command: "lerl.openStudio" });
  });

  it("reads one file without a header, with the events that count as chosen", async () => {
    const rows = ["u1,s1,jazz,view", "u1,s2,soul,view", "u2,s1,jazz,buy", "u2,s2,soul,cart", "u1,s3,jazz,view"];
    const room = openRoom({ "log.txt": rows });
    const columns = ["Column 1", "Column 2", "Column 4", ["buy"], "None", "Column 3"];
    await room.run(["log.txt"], "Choose", "The categories are in the log", ...columns, "Create");
    expect(room.dataset()).toEqual({
      kind: "csv",
      interactions: {
        path: "../data/log.txt",
        format: { header: false, delimiter: "," },
        user: 1,
        item: 2,
        event: { column: 4, click: ["buy"] },
      },
      items: { categories: 3 },
    });
    const { log } = await loaded(room.folder);
    expect(log.feedback.reduce((sum, bits) => sum + (bits & 1), 0)).toBe(1);
  });

  it("draws rows without a click where every row is one, and names a separator that it sees", async () => {
    const room = openRoom({
      "plays.csv": ["user,song", "a,x", "a,y", "b,x", "b,z", "a,z"],
      "songs.csv": ["song,tags", "x,jazz; soul", "y,soul", "z,rock; jazz", "w,rock"],
    });
    await room.run(["plays.csv", "songs.csv"], "Choose", "Choose", "", "", "Every row", "None", "", "", "Create");
    expect(room.dataset()).toMatchObject({
      interactions: { feedback: [], negatives: { perClick: 4 } },
      items: { categories: "tags", separator: ";" },
    });
    expect((await loaded(room.folder)).categories.map(({ name }) => name)).toEqual(["jazz", "rock", "soul"]);
  });

  it("goes back from every question, and offers what was answered before first", async () => {
    const room = openRoom({ "ratings.csv": ratings, "films.csv": films });
    const back = "Back";
    await room.run(
      ["ratings.csv", "films.csv"],
      back, // to the folder, which is asked for again
      "Choose",
      "Choose",
      "movieId", // for the users
      back,
      "userId",
      "",
      "rating",
      back, // from the value to the column
      "rating",
      "Another number",
      "2.75",
      back, // from the time to the clicks
      "",
      "2.75 or more",
      "",
      "",
      back,
      "",
      "",
      back, // from the page to the categories
      "title",
      "Change the columns",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "Create",
    );
    expect(room.dataset()).toMatchObject({
      interactions: { user: "userId", item: "movieId", feedback: ["rating"], clickAt: 2.75, time: "timestamp" },
      items: { item: "movieId", categories: "title" },
    });
    expect(room.pages()).toHaveLength(3);
  });

  it.each([
    ["the file is asked for", [undefined]],
    ["a column is", ["Choose", "Choose", "", undefined]],
    ["the page is shown", ["Choose", "Choose", "", "", "", "", "", "", "", undefined]],
    ["the page is shown, by its own row", ["Choose", "Choose", "", "", "", "", "", "", "", "Cancel"]],
  ])("writes nothing where it is left when %s", async (_, answers) => {
    const room = openRoom({ "ratings.csv": ratings, "films.csv": films });
    await room.run(["ratings.csv", "films.csv"], ...answers);
    expect(readdirSync(room.folder)).not.toContain("csv");
  });

  it("asks for the encoding of a file that is not UTF-8", async () => {
    const latin = Buffer.from("user,item,is_click,tag\nzoë,s1,1,jazz\nbob,s2,0,soul\n", "latin1");
    const room = openRoom({ "log.csv": latin });
    await room.run(["log.csv"], "Choose", "latin1", "The categories", "", "", "", "None", "tag", "Create");
    expect(room.dataset()).toMatchObject({ interactions: { format: { encoding: "latin1" } } });
    expect((await loaded(room.folder)).userIds).toContain("zoë");
  });

  it("says what is wrong with a file, and asks again", async () => {
    const room = openRoom({ "empty.csv": [], "ratings.csv": ratings, "films.csv": films });
    const files = ["empty.csv", "ratings.csv", "films.csv"];
    await room.run(files, "Choose", "Choose", "Choose", "", "", "", "", "", "", "", "Create");
    expect(host.messages).toMatchObject([{ severity: "error", message: expect.stringContaining("the file is empty") }]);
    expect(existsSync(fileIn(room.folder))).toBe(true);
  });

  it("says why the data cannot be read with these columns, and offers to change them", async () => {
    const room = openRoom({ "ratings.csv": ratings, "films.csv": films });
    const wrong = ["Choose", "Choose", "", "", "", "", "", "movieId", "title"];
    const mended = ["Change the columns", "", "", "", "", "timestamp", "", "genres"];
    room.engine.answer("data/describe", () => {
      room.engine.answer("data/describe", () => ({ warnings: [], page: "as it should be" }));
      throw new EngineInputError("films.csv:4: nothing is as it should be.\nNor there.", "data.bad-value");
    });
    await room.run(["ratings.csv", "films.csv"], ...wrong, ...mended, "Create");
    expect(host.messages[0]?.message).toContain("nothing is as it should be");
    expect(room.offered.at(-9)?.[0]).toBe("Change the columns");
    expect(room.pages()).toEqual(["as it should be\n"]);
  });

  it("says beside Create what to know before one trusts the data", async () => {
    const room = openRoom({ "ratings.csv": ratings, "films.csv": ["movieId;genres", "40;Drama", "7;Comedy"] });
    await room.run(["ratings.csv", "films.csv"], "Choose", "Choose", "", "", "", "", "", "", "", "Create");
    expect(room.offered.at(-1)?.[0]).toMatch(
      /^Create the experiment: ratings\.csv: 67 % of the interactions were dropped/,
    );
    expect(room.pages()[0]).toMatch(/^Warning: ratings\.csv: 67 %/);
  });

  it("offers for clicks and time no column that is the user's or the item's", async () => {
    const room = openRoom({ "ratings.csv": ratings, "films.csv": films });
    await room.run(["ratings.csv", "films.csv"], "Choose", "Choose", "", "", "", "", undefined);
    const [clicks, , time] = room.offered.slice(-3).map((rows) => rows.map((row) => row.split(":")[0]));
    expect(clicks).toEqual(["rating", "timestamp", "Every row is a click", "Back"]);
    expect(time).toEqual(["timestamp", "rating", "None", "Back"]);
  });

  it("can be written without a look, where that is cancelled", async () => {
    const room = openRoom({ "ratings.csv": ratings, "films.csv": films });
    room.engine.answer("data/describe", () => Promise.reject(new CancellationError()));
    await room.run(["ratings.csv", "films.csv"], "Choose", "Choose", "", "", "", "", "", "", "", "Create");
    expect(host.messages).toEqual([]);
    expect(room.dataset()).toMatchObject({ kind: "csv" });
  });

  it("names the files as they are said later, without a look", async () => {
    const room = openRoom({});
    await room.run([], "Later");
    expect(room.dataset()).toMatchObject({ interactions: { path: "data/interactions.csv" } });
    expect(room.engine.asked).toEqual([]);
  });
});
