/** Locks on a disk that has no hard links, as FAT and some shared ones: the system's call fails there as it does here. */
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { RunLock } from "../../../src/engine/store/runLock.ts";
import { temporaryFolder } from "./support.ts";

const failure = vi.hoisted(() => ({ code: "" }));
vi.mock("node:fs/promises", async (original) => ({
  ...(await original<typeof import("node:fs/promises")>()),
  link: () => Promise.reject(Object.assign(new Error(failure.code), { code: failure.code })),
}));

let root: string;
let lock: string;
beforeAll(async () => {
  root = await temporaryFolder();
});
beforeEach(async () => {
  lock = join(await mkdtemp(join(root, "run-")), "lock.json");
});

const acquire = () => RunLock.acquire(lock, { now: () => new Date(0), ifGone: "" });

it.each(["EPERM", "ENOTSUP", "ENOSYS", "EISDIR"])(
  "are taken, respected and given back where it says %s",
  async (code) => {
    failure.code = code;
    const held = await acquire();
    expect(JSON.parse(await readFile(lock, "utf8"))).toMatchObject({ pid: process.pid });
    expect(await readdir(join(lock, ".."))).toEqual(["lock.json"]);
    await expect(acquire()).rejects.toMatchObject({ code: "store.locked" });
    await held.release();
    expect(await readdir(join(lock, ".."))).toEqual([]);
  },
);

it("are taken by one of many", async () => {
  failure.code = "EPERM";
  const [held, ...others] = (await Promise.allSettled(Array.from({ length: 8 }, acquire))).sort((a, b) =>
    a.status < b.status ? -1 : 1,
  );
  expect(held).toMatchObject({ status: "fulfilled" });
  for (const other of others) expect(other).toMatchObject({ reason: { code: "store.locked" } });
  if (held?.status === "fulfilled") await held.value.release();
});

it("of an owner that died before it filled them are taken over", async () => {
  failure.code = "EPERM";
  await writeFile(lock, "");
  await (await acquire()).release();
});

it("are not taken, and tried again, where the file beside was swept", async () => {
  failure.code = "ENOENT";
  await expect(acquire()).rejects.toMatchObject({ code: "store.locked" });
});
