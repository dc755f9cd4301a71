import { statfsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RunLog } from "../../../src/engine/runs/runLog.ts";
import { CheckpointStore } from "../../../src/engine/store/checkpoint.ts";
import { readJsonLines } from "../../../src/engine/store/jsonLines.ts";
import { ownPlace, processStart } from "../../../src/engine/store/processIdentity.ts";
import { openReflections, openRunRecord } from "../../../src/engine/store/runDocuments.ts";
import { RunFolder } from "../../../src/engine/store/runFolder.ts";
import { isLocked, RunLock } from "../../../src/engine/store/runLock.ts";
import { container, inside } from "../support/container.ts";
import { runRecord } from "./records.ts";
import { bundleProgram, start, temporaryFolder } from "./support.ts";

const now = () => new Date(2026, 10, 23, 17, 25, 3);
const ifGone = "take the folder over: lerl resume x --take-over";
/** Nobody on this machine has it. */
const NO_PID = 2 ** 22 + 1;

let root: string;
let lock: string;
beforeAll(async () => {
  root = await temporaryFolder();
});
beforeEach(async () => {
  lock = join(await mkdtemp(join(root, "run-")), "lock.json");
});

const acquire = (takeOver = false, leaseMs = 400) => RunLock.acquire(lock, { now, ifGone, takeOver, leaseMs });

/** As another process would write it. */
async function locked(fields: object): Promise<string> {
  const owner = { pid: NO_PID, processStart: "x", since: "2026-11-23T16:25:03.000Z", ...ownPlace(), token: "t" };
  const text = JSON.stringify({ ...owner, ...fields });
  await writeFile(lock, text);
  return text;
}

/** Renews a lock as its owner does, with a clock that stands at 1990. */
function renewing(everyMs: number): () => void {
  let at = Date.UTC(1990, 0, 1);
  const timer = setInterval(() => void utimes(lock, new Date(at), new Date(at++)), everyMs);
  return () => clearInterval(timer);
}

describe("what a lock says of its owner", () => {
  it("is the process, and where its id means something", async () => {
    const held = await acquire();
    const text = JSON.parse(await readFile(lock, "utf8"));
    expect(text).toMatchObject({ pid: process.pid, processStart: await processStart(process.pid), host: hostname() });
    if (process.platform === "linux") {
      expect(text.boot).toBe((await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim());
      expect(text.pidNamespace).toMatch(/^pid:\[\d+\]$/);
    }
    await held.release();
  });
});

describe("an owner that cannot be judged from here", () => {
  const strangers: readonly (readonly [string, object])[] = [
    ["of another machine", { host: "lab-3", boot: "b", pidNamespace: "pid:[4026531836]" }],
    ["of another machine that has this one's process ids", { host: "lab-3", pid: process.pid }],
    ["of another container of this machine", { pidNamespace: "pid:[1]" }],
    ["of a machine of this name that says nothing of its start", { boot: undefined }],
    ["of a version to come, with a field that this one does not know", { lease: 30 }],
    ["of a version to come, with other fields altogether", { pid: undefined, owner: { id: 7 } }],
  ];

  it.runIf(process.platform === "linux").each(strangers)(
    "%s is respected, and how to take over is said",
    async (_, fields) => {
      const text = await locked(fields);
      await expect(acquire()).rejects.toMatchObject({
        name: "InputError",
        code: "store.locked-elsewhere",
        message: expect.stringContaining(ifGone),
      });
      expect(await readFile(lock, "utf8")).toBe(text);
      expect(await isLocked(lock)).toBe(true);
    },
  );

  it.each(strangers)(
    "%s is taken over when asked for, and only where it does not renew its lock",
    async (_, fields) => {
      if (process.platform !== "linux") return;
      const text = await locked(fields);
      const stop = renewing(50);
      await expect(acquire(true)).rejects.toMatchObject({
        code: "store.locked",
        message: expect.stringContaining("renewed its lock just now"),
      });
      stop();
      expect(await readFile(lock, "utf8")).toBe(text);
      const held = await acquire(true);
      expect(JSON.parse(await readFile(lock, "utf8"))).toMatchObject({ pid: process.pid });
      await held.release();
    },
  );

  it("counts as running in a list until it was seen not to renew its lock, and nobody waits for that", async () => {
    await locked({ host: "lab-3" });
    expect(await isLocked(lock, 300)).toBe(true);
    await delay(350);
    expect(await isLocked(lock, 300)).toBe(false);
    await utimes(lock, new Date(0), new Date(0));
    expect(await isLocked(lock, 300)).toBe(true);
    await delay(350);
    await locked({ host: "lab-4" });
    await utimes(lock, new Date(0), new Date(0));
    expect(await isLocked(lock, 300)).toBe(true);
  });

  it.runIf(process.platform === "linux")(
    "is gone where this machine has started anew since, and the disk is its own",
    async () => {
      const ofEarlierStart = { boot: "another", pid: process.pid };
      await locked(ofEarlierStart);
      const isOwn = [0xef53, 0x58465342, 0x9123683e, 0x794c7630].includes(statfsSync(root).type);
      expect(await isLocked(lock)).toBe(!isOwn);
      // tmpfs stands for a disk of which that is not known.
      lock = join(await mkdtemp("/dev/shm/lerl-"), "lock.json");
      await locked(ofEarlierStart);
      await expect(acquire()).rejects.toMatchObject({ code: "store.locked-elsewhere" });
      await rm(join(lock, ".."), { recursive: true });
    },
  );
});

describe("an owner of this place", () => {
  it("is never taken over while it runs, asked for or not", async () => {
    const text = await locked({ pid: process.pid, processStart: await processStart(process.pid) });
    for (const takeOver of [false, true]) {
      await expect(acquire(takeOver)).rejects.toMatchObject({ code: "store.locked" });
    }
    expect(await readFile(lock, "utf8")).toBe(text);
  });

  it("is judged as before by a lock of the version before", async () => {
    const before = { host: undefined, boot: undefined, pidNamespace: undefined, token: undefined };
    await locked({ ...before, pid: process.pid, processStart: await processStart(process.pid) });
    await expect(acquire()).rejects.toMatchObject({ code: "store.locked" });
    await locked(before);
    await (await acquire()).release();
  });

  it("renews its lock, and does not keep its process alive for that", async () => {
    const program = await bundleProgram(
      root,
      `import { RunLock } from "@store/runLock.ts";
       await RunLock.acquire(process.argv[2] ?? "", { now: () => new Date(0), ifGone: "" });
       console.log("owner");
       if (process.argv[3] === "stay") setInterval(() => undefined, 1000);`,
    );
    expect(await start(program, lock).ended).toMatchObject({ code: 0, output: "owner\n" });
    const { child, firstLine, ended } = start(program, lock, "stay");
    expect(await firstLine).toBe("owner");
    const { mtimeMs } = await stat(lock);
    await expect.poll(async () => (await stat(lock)).mtimeMs, { timeout: 10_000 }).not.toBe(mtimeMs);
    child.kill("SIGKILL");
    await ended;
    expect(await isLocked(lock)).toBe(false);
  });
});

describe("the guard of a stale lock's removal", () => {
  it("stays while its holder runs: the lock is nobody else's to remove", async () => {
    const stale = await locked({});
    const holder = {
      pid: process.pid,
      processStart: await processStart(process.pid),
      since: "",
      ...ownPlace(),
      token: "g",
    };
    await writeFile(`${lock}.takeover`, JSON.stringify(holder));
    await expect(acquire()).rejects.toMatchObject({ code: "store.locked" });
    expect(await readFile(`${lock}.takeover`, "utf8")).toBe(JSON.stringify(holder));
    expect(await readFile(lock, "utf8")).toBe(stale);
    // It is waited for: whoever removes a stale lock is done in a moment.
    setTimeout(() => void rm(`${lock}.takeover`), 100);
    await (await acquire()).release();
  });

  it("of a holder that was killed is removed", async () => {
    const stale = await locked({});
    await writeFile(`${lock}.takeover`, stale);
    const held = await acquire();
    await held.release();
    expect(await readdir(join(lock, ".."))).toEqual([]);
  });
});

describe("a lock that is taken", () => {
  it("is never found empty or in part, and leaves nothing beside it", async () => {
    const program = await bundleProgram(
      root,
      `import { existsSync, readFileSync } from "node:fs";
       const [, , lock = ""] = process.argv;
       let found = 0;
       let torn = 0;
       console.log("looking");
       while (!existsSync(lock + ".enough")) {
         for (let look = 0; look < 100; look++) {
           try {
             const text = readFileSync(lock, "utf8");
             found++;
             if (!text.endsWith("}")) torn++;
           } catch {}
         }
       }
       console.log(JSON.stringify({ isFound: found > 0, torn }));`,
    );
    const { firstLine, ended } = start(program, lock);
    await firstLine;
    for (let time = 0; time < 500; time++) await (await acquire()).release();
    await writeFile(`${lock}.enough`, "");
    expect((await ended).output).toBe('looking\n{"isFound":true,"torn":0}\n');
    expect(await readdir(join(lock, ".."))).toEqual(["lock.json.enough"]);
  });

  it("is found held without anything being written: the disk may be full", async () => {
    const held = await acquire();
    const { mtimeMs } = await stat(join(lock, ".."));
    await expect(acquire()).rejects.toMatchObject({ code: "store.locked" });
    expect((await stat(join(lock, ".."))).mtimeMs).toBe(mtimeMs);
    await held.release();
  });
});

describe("an owner whose lock is another's by now", () => {
  it.each([
    ["was taken over", () => writeFile(lock, "{}")],
    ["is gone", () => rm(lock)],
  ])("that %s hears of it, must not write, and leaves the lock as it is", async (_, change) => {
    const held = await acquire();
    held.assertHeld();
    let heard = false;
    held.onLost(() => {
      heard = true;
    });
    await change();
    const found = await readFile(lock, "utf8").catch(() => undefined);
    expect(() => held.assertHeld()).toThrow(expect.objectContaining({ code: "store.taken-over" }));
    expect(heard).toBe(true);
    await held.release();
    expect(await readFile(lock, "utf8").catch(() => undefined)).toBe(found);
  });

  it("hears of it without being asked to write", async () => {
    const held = await acquire();
    const lost = new Promise<void>((resolve) => held.onLost(resolve));
    await writeFile(lock, "{}");
    const { mtimeMs } = await stat(lock);
    await lost;
    expect((await stat(lock)).mtimeMs).toBe(mtimeMs);
    await held.release();
  });
});

describe("a folder that was taken over", () => {
  const never = (warning: Error) => {
    throw warning;
  };
  const contentOf = async (folder: string): Promise<object> => {
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const texts = files.map(async ({ parentPath, name }) => [
      join(parentPath, name),
      await readFile(join(parentPath, name)),
    ]);
    return Object.fromEntries(await Promise.all(texts));
  };

  it("gets nothing more from its owner of before: no row, no document, no checkpoint", async () => {
    const run = await RunFolder.create({ workspaceFolder: root, name: "x", seed: 1, now, random: Math.random });
    const { assertOwned } = run;
    const record = await openRunRecord({ file: run.file("record"), onWarning: never, assertOwned }, runRecord(run.id));
    const pool = await openReflections({ file: run.file("reflections"), onWarning: never, assertOwned });
    const log = await RunLog.open(run, () => undefined);
    const checkpoints = new CheckpointStore(run.path, never, assertOwned);
    await checkpoints.save({ json: {}, arrays: {} });

    await writeFile(run.file("lock"), "{}");
    const before = await contentOf(run.path);
    const lost = { code: "store.taken-over" };
    record.update((data) => ({ ...data, note: "late" }));
    await expect(record.flush()).rejects.toMatchObject(lost);
    pool.update((data) => ({ ...data }));
    await expect(pool.flush()).rejects.toMatchObject(lost);
    for (const kind of ["metrics", "timing", "events", "references", "episodes", "llm"] as const) {
      const late = () => {
        log.append(kind, { iteration: 1, messages: [{ role: "user", content: "late" }] } as never);
        log.flush();
      };
      expect(late, kind).toThrow(expect.objectContaining(lost));
    }
    await expect(checkpoints.save({ json: { late: true }, arrays: {} })).rejects.toMatchObject(lost);
    await run.release();
    expect(await contentOf(run.path)).toEqual(before);
  });
});

const contained = container();

describe.skipIf(!contained)("a container and its host", () => {
  const [unshare = "", ...flags] = contained ?? [];

  it("do not write beside each other: the host waits while the container works, and takes over when it is held up", async () => {
    const program = await bundleProgram(
      root,
      `import { JsonLinesWriter } from "@store/jsonLines.ts";
       import { RunLock } from "@store/runLock.ts";
       import { setTimeout as delay } from "node:timers/promises";
       const [, , lock = "", rows = ""] = process.argv;
       const held = await RunLock.acquire(lock, { now: () => new Date(0), ifGone: "" });
       const writer = JsonLinesWriter.open<object>(rows, () => held.assertHeld());
       console.log("process " + process.pid);
       try {
         for (let row = 1; ; row++) {
           writer.append({ row });
           writer.flush();
           await delay(20);
         }
       } catch (error) {
         console.log((error as { code: string }).code);
         process.exit(0);
       }`,
    );
    const rows = join(lock, "..", "rows.jsonl");
    const { child, firstLine, ended } = start([unshare, ...flags, process.execPath], program, lock, rows);
    expect(await firstLine).toBe("process 1");
    const owner = inside(child.pid ?? 0);

    await expect(acquire()).rejects.toMatchObject({
      code: "store.locked-elsewhere",
      message: expect.stringContaining("process 1 of another container"),
    });
    await expect(acquire(true, 20_000)).rejects.toMatchObject({ code: "store.locked" });

    process.kill(owner, "SIGSTOP");
    const held = await acquire(true, 3000);
    const before = await readJsonLines(rows);
    process.kill(owner, "SIGCONT");
    expect((await ended).output).toBe("process 1\nstore.taken-over\n");
    expect(await readJsonLines(rows)).toEqual(before);
    held.assertHeld();
    await held.release();
  });
});
