/** One process owns a run folder: a file with the owner's id and start time, taken over when its owner has ended. */
import { rm, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { InputError } from "../errors.ts";
import { readText } from "../regularFile.ts";
import { fileError, isMissing, systemCode } from "./files.ts";
import { processStart } from "./processIdentity.ts";

const ownerSchema = z.strictObject({ pid: z.int().positive(), processStart: z.string(), since: z.string() });
type Owner = z.output<typeof ownerSchema>;

/** An owner creates its lock and fills it in two calls; a lock still empty after this has lost its owner in between. */
const FILLED_WITHIN_MS = 250;
const POLL_MS = 10;
const MAX_TRIES = 20;

export class RunLock {
  private constructor(
    private readonly file: string,
    private readonly content: string,
  ) {}

  /**
   * Takes the lock, a stale one included.
   *
   * @throws InputError `store.locked` if a running process holds it, `store.unwritable` if the folder refuses it
   */
  static async acquire(file: string, now: () => Date): Promise<RunLock> {
    const content = JSON.stringify({
      pid: process.pid,
      processStart: processStart(process.pid) ?? "unknown",
      since: now().toISOString(),
    } satisfies Owner);
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      try {
        await writeFile(file, content, { flag: "wx" });
        return new RunLock(file, content);
      } catch (error) {
        if (systemCode(error) !== "EEXIST") throw fileError(error, file);
      }
      const found = await readFilled(file);
      if (found === undefined) continue;
      const owner = parseOwner(found);
      if (owner && isRunning(owner)) throw lockedBy(owner, file);
      await removeStale(file, found, content);
    }
    throw new InputError("store.locked", `${file}: other processes keep taking this lock. Try again.`);
  }

  /** Gives the folder back; a lock that someone else holds by now stays. */
  async release(): Promise<void> {
    const found = await readIfPresent(this.file);
    if (found === this.content) await rm(this.file, { force: true });
  }
}

/** Whether a running process owns the folder of this lock file. */
export async function isLocked(file: string): Promise<boolean> {
  const found = await readIfPresent(file);
  const owner = found === undefined ? undefined : parseOwner(found);
  return owner !== undefined && isRunning(owner);
}

function isRunning(owner: Owner): boolean {
  const start = processStart(owner.pid);
  if (start === undefined) return false;
  return start === owner.processStart || start === "unknown" || owner.processStart === "unknown";
}

function lockedBy(owner: Owner, file: string): InputError {
  const who = owner.pid === process.pid ? "this process" : `process ${owner.pid}`;
  return new InputError(
    "store.locked",
    `${file}: ${who} has had this folder open since ${owner.since}. Wait until it ends, or stop it first.`,
  );
}

/** The lock's text once its owner has filled it; undefined if it is gone. */
async function readFilled(file: string): Promise<string | undefined> {
  for (let waited = 0; ; waited += POLL_MS) {
    const text = await readIfPresent(file);
    if (text === undefined || text.length > 0 || waited >= FILLED_WITHIN_MS) return text;
    await delay(POLL_MS);
  }
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readText(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw fileError(error, file);
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Removes a stale lock. Several processes may have found it: the one that creates the guard file looks again and
 * removes it, so that none removes the lock another has put in its place.
 */
async function removeStale(file: string, stale: string, me: string): Promise<void> {
  const guard = `${file}.takeover`;
  try {
    await writeFile(guard, me, { flag: "wx" });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw fileError(error, file);
    const holder = parseOwner((await readFilled(guard)) ?? me);
    if (!holder || !isRunning(holder)) await rm(guard, { force: true });
    await delay(POLL_MS);
    return;
  }
  try {
    if ((await readIfPresent(file)) === stale) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}
