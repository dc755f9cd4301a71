import { spawnSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { detectDataset } from "../../../src/engine/data/detect.ts";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { readTable } from "../../../src/engine/data/tables/table.ts";
import { ReplayProvider } from "../../../src/engine/llm/providers/replay.ts";
import { datasetSchema } from "../../../src/protocol/experiment/dataset.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lerl-not-a-table-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const csv = (interactions: string) =>
  loadDataset(
    datasetSchema.parse({ kind: "csv", interactions: { path: interactions }, items: { path: "items.csv" } }),
    {
      baseFolder: folder,
    },
  );

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "",
    (error: Error) => error.message,
  );

describe("a file of another kind", () => {
  const shadow = 'root:$y$j9T$"secret:19000:0:99999:7:::\nuser:$y$j9T$secret:19000:0:99999:7:::\n';

  it("is refused without a word of what it holds", async () => {
    await writeFile(join(folder, "items.csv"), shadow);
    await writeFile(join(folder, "shadow"), shadow);
    const said = await messageOf(csv("shadow"));
    expect(said).toContain("items.csv:1");
    expect(said).not.toMatch(/secret|root/);
  });

  it("shows its first line where that is the header of such a table", async () => {
    const file = join(folder, "log.csv");
    await writeFile(file, "User,Item,note\nu1,i1,secret\n");
    expect(await messageOf(readTable(file, ["user", "item"], () => undefined, {}))).toContain("User, Item, note");
    await writeFile(file, "one secret,another\nu1,i1\n");
    const said = await messageOf(readTable(file, ["user", "item"], () => undefined, {}));
    expect(said).toContain("none of the columns looked for: user, item");
    expect(said).not.toContain("secret");
  });

  it("is not quoted as a row of a table without a header", async () => {
    const file = join(folder, "ratings.dat");
    for (const text of [shadow, 'a "secret" quote\n', '"secret never closed\n']) {
      await writeFile(file, text);
      const said = await messageOf(
        readTable(file, ["a", "b"], () => undefined, {}, { delimiter: ",", columns: ["a", "b"] }),
      );
      expect(said).toContain("ratings.dat:1");
      expect(said).not.toContain("secret");
    }
  });

  it("is not quoted as a recording of answers", async () => {
    await writeFile(join(folder, "llm.jsonl"), shadow);
    expect(await messageOf(ReplayProvider.open(join(folder, "llm.jsonl")))).not.toMatch(/secret|root/);
  });
});

describe.skipIf(process.platform === "win32")("what is no regular file", () => {
  const refused = { name: "InputError", code: "file.not-regular" };

  it("is refused as data, and nobody waits for it", async () => {
    await writeFile(join(folder, "items.csv"), "item,categories\n1,a\n");
    spawnSync("mkfifo", [join(folder, "pipe.csv")]);
    await symlink("/dev/zero", join(folder, "zero.csv"));
    const socket = createServer().listen(join(folder, "socket.csv"));
    onTestFinished(() => void socket.close());
    await expect(csv("pipe.csv")).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining("a named pipe"),
    });
    await expect(csv("zero.csv")).rejects.toMatchObject({ ...refused, message: expect.stringContaining("a device") });
    await expect(csv("socket.csv")).rejects.toMatchObject({ ...refused, message: expect.stringContaining("a socket") });
    await expect(csv(".")).rejects.toMatchObject({ ...refused, message: expect.stringContaining("a folder") });
  });

  it("is no published data set, and no recording", async () => {
    spawnSync("mkfifo", [join(folder, "ratings.csv"), join(folder, "llm.jsonl")]);
    await expect(detectDataset(folder)).rejects.toMatchObject({ code: "data.unknown-kind" });
    await expect(ReplayProvider.open(join(folder, "llm.jsonl"))).rejects.toMatchObject(refused);
  });
});
