import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AllowedFiles } from "../../../src/engine/service/allowedFiles.ts";
import { filesOf, outsideOf } from "../../../src/engine/serving/namedFiles.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { scratchFolder } from "../commands/lerl.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const workspace = join(scratch.path, "workspace");
const outside = join(scratch.path, "outside");

beforeAll(() => {
  for (const folder of [
    join(workspace, "data"),
    join(workspace, ".lerl", "runs", "r"),
    join(workspace, ".ssh"),
    outside,
  ])
    mkdirSync(folder, { recursive: true });
  for (const file of ["ratings.csv", "movies.csv"]) writeFileSync(join(outside, file), "");
  symlinkSync(outside, join(workspace, "linked"));
  writeFileSync(join(workspace, "data", "movies.csv"), "");
  symlinkSync(join(outside, "ratings.csv"), join(workspace, "data", "ratings.csv"));
});

const outsideIn = async (...paths: readonly string[]): Promise<readonly string[]> => {
  const named = paths.map((path) => ({ setting: "x", path }));
  return (await outsideOf(named, [workspace])).map(({ path }) => path);
};

describe("what lies outside a folder", () => {
  it("is told by where a path leads: up, by a link, to what is not there", async () => {
    const inside = [workspace, join(workspace, "a", "b.md"), join(workspace, ".lerl", "runs", "r")];
    expect(await outsideIn(...inside)).toEqual([]);
    expect(await outsideIn(join(workspace, "..", "outside", "x"), join(outside, "x"))).toEqual([join(outside, "x")]);
    expect(await outsideIn(join(workspace, "linked", "new.md"))).toEqual([join(outside, "new.md")]);
    expect(await outsideIn(`${workspace}-other`, "/")).toEqual([`${workspace}-other`, "/"]);
  });

  it("is what is hidden in it too, where keys of other programs lie", async () => {
    const hidden = [join(workspace, ".env"), join(workspace, ".ssh", "id_rsa"), join(workspace, "a", ".git", "config")];
    expect(await outsideIn(...hidden)).toEqual(hidden);
  });
});

describe("the files of an experiment", () => {
  const settingsOf = async (document: object): Promise<readonly string[]> => {
    const named = await filesOf(experimentSchema.parse(document), workspace);
    return (await outsideOf(named, [workspace])).map(({ setting, path }) => `${setting} ${path}`);
  };

  it("are its data, prompts and recorded answers", async () => {
    expect(await settingsOf({})).toEqual([]);
    const document = {
      dataset: { kind: "csv", interactions: { path: "/etc/passwd" }, items: { path: "../outside/movies.csv" } },
      planner: { provider: "replay", prompt: "/etc/hostname", replayFrom: "../outside" },
      critic: { provider: "openai", prompt: "linked/critic.lerl.md" },
    };
    expect(await settingsOf(document)).toEqual([
      "dataset.interactions.path /etc/passwd",
      `dataset.items.path ${join(outside, "movies.csv")}`,
      "planner.prompt /etc/hostname",
      `critic.prompt ${join(outside, "critic.lerl.md")}`,
      `planner.replayFrom ${join(outside, "llm.jsonl")}`,
    ]);
  });

  it("are one table where the categories stand in the interactions", async () => {
    expect(await settingsOf({ dataset: { kind: "csv", interactions: { path: "/data/log.tsv" }, items: {} } })).toEqual([
      "dataset.interactions.path /data/log.tsv",
    ]);
  });

  it("are those that links in a data folder lead to", async () => {
    expect(await settingsOf({ dataset: { kind: "movielens", path: "linked" } })).toEqual([`dataset.path ${outside}`]);
    expect(await settingsOf({ dataset: { kind: "movielens", path: "data" } })).toEqual([
      `dataset.path ${join(outside, "ratings.csv")}`,
    ]);
  });
});

describe("the editor's answer", () => {
  it("lets a file, and all that a folder holds, be read until the process ends", async () => {
    const files = new AllowedFiles(workspace);
    const [one, other] = [outside, join(scratch.path, "other", "p.md")].map((path) => ({
      setting: "planner.prompt",
      path,
    }));
    const asked = [one, other].flatMap((file) => file ?? []);
    await expect(files.access(asked)).rejects.toMatchObject({ code: "files.outside", files: asked });
    files.allow({ read: [outside], written: [] });
    await expect(files.access(asked)).rejects.toMatchObject({ files: [other] });
    await files.access([{ setting: "dataset.path", path: join(outside, "movies.csv") }]);
    await expect(files.access([{ setting: "x", path: `${outside}-2` }])).rejects.toThrow("-2");
  });
});

it("leave to read a folder is none to write into it, nor the other way round", async () => {
  const file = { setting: "experimentFile", path: join(outside, "x.moments.json") };
  const written = { ...file, written: true };
  const files = new AllowedFiles(workspace);
  files.allow({ read: [outside], written: [] });
  await files.access([file]);
  await expect(files.access([file, written])).rejects.toMatchObject({ files: [written] });
  files.allow({ read: [], written: [file.path] });
  await files.access([written]);
  await expect(files.access([file, written])).rejects.toMatchObject({ files: [file] });
});

it("what is to be written is spoken of as that", async () => {
  const file = { setting: "experimentFile", path: join(outside, "x.moments.json") };
  const { access } = new AllowedFiles(workspace);
  await expect(access([file])).rejects.toThrow("or in a hidden folder of it: experimentFile");
  await expect(access([file])).rejects.toThrow("you are asked when you run it");
  await expect(access([{ ...file, written: true }])).rejects.toMatchObject({
    message: expect.stringContaining("you are asked before it is written"),
    files: [{ ...file, written: true }],
  });
});
