/**
 * One process owns a run folder: a file names it, and it renews the file's time as long as it lives. A lock whose owner has
 * ended is taken over; one whose owner nobody can judge from here (another machine, another container) only when asked for,
 * and never while it is renewed. Clocks of two machines do not agree: a time that changes counts, not what it says.
 */
import { randomUUID } from "node:crypto";
import { link, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { InputError, LerlError } from "../errors.ts";
import { readText, readTextSync } from "../regularFile.ts";
import { nameBeside } from "../wholeFile.ts";
import { fileError, isMissing, openToChange, systemCode } from "./files.ts";
import { judge, nameOf, type Owner, ownLock, type Standing } from "./lockOwner.ts";

/** How often an owner renews its lock. */
const RENEW_MS = 2000;
/** An owner that has not renewed its lock for so long has ended, or is held up: it looks before it writes. */
const LEASE_MS = 20_000;
const LOOK_MS = 100;

/**
 * Where the disk has no links an owner creates its lock and fills it in two calls; a lock still empty after this has lost its
 * owner in between.
 */
const FILLED_WITHIN_MS = 250;
const POLL_MS = 10;
const MAX_TRIES = 20;

const guardOf = (file: string): string => `${file}.takeover`;

/** A lock, and what stands beside it while a stale one is removed. */
export const lockFilesOf = (file: string): readonly string[] => [file, guardOf(file)];

export interface LockOptions {
  readonly now: () => Date;
  /** Also from an owner that cannot be judged, where it does not renew its lock; that is watched for a while. */
  readonly takeOver?: boolean;
  /** What to do where the owner is gone, for the error that says so: "take the folder over: lerl ...". */
  readonly ifGone: string;
  /** Milliseconds to watch. */
  readonly leaseMs?: number;
}

export class RunLock {
  private readonly heart: NodeJS.Timeout;
  private lost: LerlError | undefined;
  private lossListener: (() => void) | undefined;

  private constructor(
    private readonly file: string,
    private readonly content: string,
  ) {
    // Nobody waits for it: what cannot be renewed now is renewed the next time.
    this.heart = setInterval(() => void this.renew().catch(() => undefined), RENEW_MS);
    this.heart.unref();
  }

  /**
   * Takes the lock, a stale one included.
   *
   * @throws InputError `store.locked` if a running process holds it, `store.locked-elsewhere` if nobody can tell from here,
   *   `store.unwritable` if the folder refuses it
   */
  static async acquire(file: string, options: LockOptions): Promise<RunLock> {
    const content = await ownLock(options.now(), randomUUID());
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const found = await readFilled(file);
      if (found === undefined && (await createWhole(file, content))) return new RunLock(file, content);
      if (found !== undefined && (await mayTake(file, found, options)))
        await removeStale(file, found, content, options);
    }
    throw new InputError("store.locked", `${file}: other processes keep taking this lock. Try again.`);
  }

  /** Hears that the lock is another's by now, soon after. */
  onLost(listener: () => void): void {
    this.lossListener = listener;
  }

  /**
   * To be asked before every write: a process that was held up (a laptop that slept, a stopped job) must not write beside the
   * one that went on in its place.
   *
   * @throws LerlError `store.taken-over`
   */
  assertHeld(): void {
    if (this.lost) throw this.lost;
    let found: string | undefined;
    try {
      found = readTextSync(this.file);
    } catch (error) {
      if (!isMissing(error)) throw fileError(error, this.file);
    }
    if (found !== this.content) throw this.lose(found);
  }

  /** Gives the folder back; a lock that someone else holds by now stays. Resolves with whether it was this one. */
  async release(): Promise<boolean> {
    clearInterval(this.heart);
    const isHeld = (await readIfPresent(this.file)) === this.content;
    if (isHeld) await rm(this.file, { force: true });
    return isHeld;
  }

  /** Through one descriptor: a lock that takes this one's place meanwhile is not renewed. */
  private async renew(): Promise<void> {
    let found: string | undefined;
    try {
      const handle = await openToChange(this.file);
      try {
        found = await handle.readFile("utf8");
        if (found === this.content) await handle.utimes(new Date(), new Date());
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    if (found !== this.content) this.lose(found);
  }

  private lose(found: string | undefined): LerlError {
    if (this.lost) return this.lost;
    const how =
      found === undefined
        ? "is gone: the folder was moved, deleted or taken over"
        : "is another process's: it took over";
    const text = `${this.file}: the lock ${how}. This process stops, and writes nothing more there.`;
    const lost = new LerlError("store.taken-over", text);
    // A folder that was moved may come back.
    if (found !== undefined) this.lost = lost;
    this.lossListener?.();
    return lost;
  }
}

/** When an owner that cannot be judged was first seen with its lock as it is. */
const sightings = new Map<string, { readonly stamp: string; readonly at: number }>();

/**
 * Whether a running process owns the folder of this lock file. Never waits: an owner that cannot be judged counts as running
 * until this process has seen its lock unchanged for the time of a lease.
 */
export async function isLocked(file: string, leaseMs = LEASE_MS): Promise<boolean> {
  const found = await readIfPresent(file);
  const { standing } = found === undefined ? { standing: "gone" } : await judge(found, file);
  if (standing !== "unknown") {
    sightings.delete(file);
    return standing === "runs";
  }
  const stamp = `${await renewalOf(file)} ${found}`;
  const seen = sightings.get(file);
  if (seen?.stamp === stamp) return performance.now() - seen.at < leaseMs;
  sightings.set(file, { stamp, at: performance.now() });
  return true;
}

/** What can be said from here of whoever owns the folder of this lock file; `gone`: nobody does. */
export async function standingAt(file: string): Promise<Standing> {
  const found = await readIfPresent(file);
  return found === undefined ? "gone" : (await judge(found, file)).standing;
}

/** @throws InputError where it is held, or may be */
async function mayTake(file: string, found: string, options: LockOptions): Promise<boolean> {
  const { standing, owner } = await judge(found, file);
  if (standing === "runs") throw heldBy(owner, file, "Wait until it ends, or stop it first.");
  if (standing === "gone") return true;
  if (!options.takeOver) {
    const text = `Whether it still runs cannot be told from here: stop it there. If it is gone, ${options.ifGone}`;
    throw heldBy(owner, file, text, "store.locked-elsewhere");
  }
  const renewal = await renewalOf(file);
  for (const end = performance.now() + (options.leaseMs ?? LEASE_MS); performance.now() < end; ) {
    await delay(LOOK_MS);
    if ((await readIfPresent(file)) !== found) return false;
    if ((await renewalOf(file)) === renewal) continue;
    throw heldBy(owner, file, "It has renewed its lock just now, so it is at work: stop it there first.");
  }
  return true;
}

/** Milliseconds, by whose clock does not matter. */
async function renewalOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

function heldBy(owner: Owner | undefined, file: string, what: string, code = "store.locked"): InputError {
  const since = owner && !Number.isNaN(Date.parse(owner.since)) ? ` since ${new Date(owner.since).toISOString()}` : "";
  return new InputError(code, `${file}: ${nameOf(owner)} has had this folder open${since}. ${what}`);
}

/**
 * Creates a file that nobody finds empty or in part: it is written beside and linked into its place. False: one stands there.
 * @throws InputError `store.unwritable`
 */
async function createWhole(file: string, content: string): Promise<boolean> {
  const beside = nameBeside(file);
  try {
    await writeFile(beside, content, { flag: "wx" });
    try {
      await link(beside, file);
    } catch (error) {
      // Who has the folder sweeps it.
      if (isMissing(error)) return false;
      // Over a network the answer to a link that was made may be lost, and the second try finds it made.
      if (systemCode(error) === "EEXIST") return (await stat(beside)).nlink === 2;
      // A disk without links; what else is wrong is wrong with this too.
      await writeFile(file, content, { flag: "wx" });
    }
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw fileError(error, file);
  } finally {
    await rm(beside, { force: true }).catch(() => undefined);
  }
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

/**
 * Removes a stale lock. Several processes may have found it: the one that creates the guard file looks again and
 * removes it, so that none removes the lock another has put in its place.
 */
async function removeStale(file: string, stale: string, me: string, { takeOver }: LockOptions): Promise<void> {
  const guard = guardOf(file);
  if (!(await createWhole(guard, me))) {
    const holder = await readFilled(guard);
    const { standing } = holder === undefined ? { standing: "runs" } : await judge(holder, guard);
    if (standing === "gone" || (standing === "unknown" && takeOver)) await rm(guard, { force: true });
    await delay(POLL_MS);
    return;
  }
  try {
    if ((await readIfPresent(file)) === stale) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}
