/** Clean Up over a workspace as an earlier version left it, listed by the engine's own code. */
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { QuickPickItem } from "vscode";
import { RunFolder } from "../../../src/engine/store/runFolder.ts";
import { storageContents } from "../../../src/engine/upkeep/contents.ts";
import { registerUpkeep } from "../../../src/extension/upkeep/register.ts";
import { keptWorkspace, paths } from "../../engine/upkeep/keptWorkspace.ts";
import { AnsweringEngine } from "../support/answeringEngine.ts";
import { own } from "../support/own.ts";
import { commands, host, resetHost, Uri, window } from "../support/vscode.ts";

interface Room {
  readonly folder: string;
  readonly engine: AnsweringEngine;
  readonly forgotten: string[];
  /** What was offered, without the headings. */
  readonly offered: QuickPickItem[];
  /** The titles asked, with what they name. */
  readonly asked: string[];
  run(): Promise<void>;
}

const list = async (folder: string, only?: string) => [...(await storageContents(folder, () => new Date(), only))];

/** @param choose the paths that are chosen, of those offered */
function openRoom(choose: (paths: readonly string[]) => readonly string[]): Room {
  resetHost();
  const folder = keptWorkspace();
  host.folders = [{ uri: Uri.file(folder), name: "w", index: 0 }];
  const engine = new AnsweringEngine({ "storage/list": ({ path }) => list(folder, path) });
  const forgotten: string[] = [];
  const offered: QuickPickItem[] = [];
  const asked: string[] = [];
  host.answerPick = (items) => {
    offered.push(...items.filter(({ detail }) => detail !== undefined));
    const wanted = choose(offered.map(({ detail = "" }) => detail));
    return items.filter(({ detail }) => detail !== undefined && wanted.includes(detail));
  };
  host.answerMessage = ({ message, detail, actions }) => {
    asked.push(`${message}\n${detail ?? ""}`);
    return actions[0];
  };
  const store = { forget: (id: string) => void forgotten.push(id) };
  const log = window.createOutputChannel("LERL", { log: true });
  own(registerUpkeep({ log, engine, runs: store, trials: store }));
  return {
    folder,
    engine,
    forgotten,
    offered,
    asked,
    run: async () => void (await commands.executeCommand("lerl.cleanUp")),
  };
}

const left = (folder: string): readonly string[] =>
  Object.entries(paths).flatMap(([name, path]) => (existsSync(join(folder, ".lerl", path)) ? [name] : []));
const ALL = Object.keys(paths);
const said = (): string => host.messages.at(-1)?.message ?? "";

it("moves what is chosen to the trash after a question that names it, and the trees forget it", async () => {
  const room = openRoom(() => [paths.interrupted, paths.trial]);
  await room.run();
  const whole = (path: string): string => join(room.folder, ".lerl", path);
  expect(host.trashed.sort()).toEqual([whole(paths.interrupted), whole(paths.trial)].sort());
  expect(left(room.folder)).toEqual(ALL.filter((name) => name !== "interrupted" && name !== "trial"));
  expect(room.asked[0]).toMatch(/^Move 2 items to the trash, \d+ kB\?/);
  for (const path of [paths.interrupted, paths.trial]) expect(room.asked[0]).toContain(whole(path));
  expect(room.forgotten.sort()).toEqual([paths.interrupted.slice(5), paths.trial.slice(7)]);
  expect(said()).toMatch(/^Removed from \.lerl: 2 of 2, \d+ kB\.$/);
  expect(host.progress.map(({ title }) => title)).toEqual(["Looking at what .lerl holds", "Cleaning up"]);
});

it("lists by kind with size, age and why something stays, and leaves that", async () => {
  const room = openRoom((all) => all);
  await room.run();
  expect(room.offered.map(({ detail }) => detail).sort()).toEqual(Object.values(paths).sort());
  const row = (path: string) => room.offered.find(({ detail }) => detail === path);
  expect(row(paths.interrupted)).toMatchObject({ label: "BeforeInterrupted" });
  expect(row(paths.interrupted)?.description).toMatch(/^\d+ kB · \S/);
  expect(row(paths.done)?.description).toMatch(/ · stays: the trial \S+ is based on it$/);
  expect(left(room.folder)).toEqual(["done", "model"]);
});

it.each([
  ["the list is left", { answerPick: () => undefined }],
  ["the question is", { answerMessage: () => undefined }],
])("removes nothing where %s", async (_, answers) => {
  const room = openRoom((all) => all);
  Object.assign(host, answers);
  await room.run();
  expect(left(room.folder)).toEqual(ALL);
});

it("looks at each item alone before it goes, not at all there is", async () => {
  const room = openRoom(() => [paths.interrupted, paths.suite, paths.trial]);
  await room.run();
  const [first, ...later] = room.engine.asked.filter(({ method }) => method === "storage/list");
  expect(first?.params).toEqual({});
  const looked = later.map(({ params }) => (params as { path: string }).path);
  expect(looked.sort()).toEqual([paths.interrupted, paths.suite, paths.trial].sort());
});

it("leaves what a process has taken while others were removed", async () => {
  const room = openRoom(() => [paths.interrupted, paths.withModel]);
  const taken: RunFolder[] = [];
  room.engine.answer("storage/list", async ({ path }) => {
    const other = host.trashed[0]?.endsWith(paths.interrupted) ? paths.withModel : paths.interrupted;
    const owned = join(room.folder, ".lerl", other);
    if (host.trashed.length === 1) taken.push(await RunFolder.open(owned, () => new Date()));
    return list(room.folder, path);
  });
  await room.run();
  for (const owner of taken) await owner.release();
  expect(taken).toHaveLength(1);
  expect(host.trashed).toHaveLength(1);
  expect(left(room.folder)).toHaveLength(ALL.length - 1);
  expect(said()).toMatch(/^Removed from \.lerl: 1 of 2, /);
});

it("leaves what a process has taken since", async () => {
  const room = openRoom(() => [paths.interrupted, paths.withModel]);
  const taken: RunFolder[] = [];
  const { answerMessage } = host;
  host.answerMessage = (message) => {
    room.engine.answer("storage/list", async ({ path }) => {
      if (taken.length === 0)
        taken.push(await RunFolder.open(join(room.folder, ".lerl", paths.interrupted), () => new Date()));
      return list(room.folder, path);
    });
    return answerMessage(message);
  };
  await room.run();
  for (const owner of taken) await owner.release();
  expect(left(room.folder)).toEqual(ALL.filter((name) => name !== "withModel"));
  expect(host.messages.at(-1)).toMatchObject({ severity: "warning", message: expect.stringMatching(/: 1 of 2,/) });
});

it("asks once whether to delete for good where there is no trash", async () => {
  const chosen = [paths.interrupted, paths.withModel, paths.suite];
  const room = openRoom(() => chosen);
  host.hasTrash = false;
  await room.run();
  expect(room.asked.filter((question) => question.includes("Delete it permanently?"))).toHaveLength(1);
  expect(left(room.folder)).toEqual(["done", "trial", "model"]);

  const other = openRoom(() => chosen);
  host.hasTrash = false;
  host.answerMessage = ({ actions }) => (actions[0] === "Move to Trash" ? actions[0] : undefined);
  await other.run();
  expect(left(other.folder)).toEqual(ALL);
  expect(said()).toMatch(/: 0 of 3,/);
});

it("ends between two items when it is cancelled", async () => {
  const room = openRoom((all) => all);
  const { answerMessage } = host;
  host.answerMessage = (message) => {
    // The next progress is that of the removal.
    const begun = host.progress.length;
    const timer = setInterval(() => {
      if (host.progress.length <= begun) return;
      host.progress.at(-1)?.cancel();
      clearInterval(timer);
    }, 0);
    return answerMessage(message);
  };
  await room.run();
  expect(left(room.folder).length).toBeGreaterThan(2);
});

it("removes a link as a link, and nothing by way of one", async () => {
  const room = openRoom((all) => all.filter((path) => path === "runs/linked" || path === paths.interrupted));
  const outside = join(room.folder, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "precious"), "");
  symlinkSync(outside, join(room.folder, ".lerl/runs/linked"));
  lutimesSync(join(room.folder, ".lerl/runs/linked"), 0, 0);
  await room.run();
  expect(readdirSync(outside)).toEqual(["precious"]);
  expect(existsSync(join(room.folder, ".lerl/runs/linked"))).toBe(false);

  const moved = openRoom((all) => all);
  renameSync(join(moved.folder, ".lerl/runs"), join(moved.folder, "moved"));
  symlinkSync(join(moved.folder, "moved"), join(moved.folder, ".lerl/runs"));
  await moved.run();
  expect(readdirSync(join(moved.folder, "moved"))).toHaveLength(3);
});

it("says so where there is nothing, and wants trust", async () => {
  const room = openRoom((all) => all);
  host.trusted = false;
  await room.run();
  expect([left(room.folder), room.offered]).toEqual([ALL, []]);
  host.trusted = true;
  rmSync(join(realpathSync(room.folder), ".lerl"), { recursive: true });
  await room.run();
  expect(said()).toBe("Nothing to clean up: there is no .lerl here, or it is empty.");
  expect(room.offered).toEqual([]);
});
