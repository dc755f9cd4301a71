import { describe, expect, it } from "vitest";
import { readOptions } from "../../../bench/options.ts";
import { allRows, chosen } from "../../../bench/rows.ts";

const silent = (): void => undefined;
/** No data beside it. */
const rows = allRows("/nowhere");
const namesOf = (names: readonly string[], against: boolean) => chosen(rows, names, against).map(({ name }) => name);

describe("the words after npm run bench --", () => {
  it("measure everything once without any", () => {
    expect(readOptions([])).toEqual({ names: [], against: undefined, rounds: 1, list: false });
  });

  it("measure five rounds against a commit, wherever the option stands", () => {
    const expected = { names: ["quickstart", "kuairand"], against: "HEAD~5", rounds: 5, list: false };
    expect(readOptions(["--against", "HEAD~5", "quickstart", "kuairand"])).toEqual(expected);
    expect(readOptions(["quickstart", "kuairand", "--against", "HEAD~5"])).toEqual(expected);
  });

  it("take another number of rounds", () => {
    expect(readOptions(["--rounds", "9", "--against", "main"])).toMatchObject({ rounds: 9 });
  });

  it.each([["0"], ["1.5"], ["many"], ["-2"]])("refuse %s rounds", (rounds) => {
    expect(() => readOptions([`--rounds=${rounds}`], silent)).toThrow(/whole number/);
  });

  it("refuse an option that is none, and a commit that is left out", () => {
    expect(() => readOptions(["--agianst", "HEAD"], silent)).toThrow(/unknown option/);
    expect(() => readOptions(["--against"], silent)).toThrow(/argument missing/);
  });
});

describe("the rows that names choose", () => {
  it("are all, in the order of the list", () => {
    expect(namesOf([], false)).toEqual(rows.map(({ name }) => name));
  });

  it("are one by its name, several by how theirs begin", () => {
    expect(namesOf(["quickstart"], true)).toEqual(["quickstart"]);
    expect(namesOf(["items", "paper-64"], true)).toEqual(["paper-64", "items-2000", "items-20000", "items-200000"]);
  });

  it("are not chosen by a piece of a word", () => {
    expect(() => namesOf(["quick"], false)).toThrow(/There is no row "quick"/);
  });

  it("leave out what another commit cannot be compared in, and what takes a minute unless it is named", () => {
    expect(namesOf([], true)).not.toContain("studio");
    expect(namesOf([], true)).not.toContain("user-model");
    expect(namesOf(["user-model"], true)).toEqual(["user-model"]);
    expect(() => namesOf(["studio"], true)).toThrow(/this checkout only/);
  });

  it("say that they cannot be measured where the data is absent", () => {
    const missing = rows.filter((row) => row.missing !== undefined).map(({ name }) => name);
    expect(missing).toEqual(["kuairand-packed", "kuairand-reference", "user-model"]);
  });
});
