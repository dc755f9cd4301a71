/** Whom a lock names, and what can be said of them from here. */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import { ownPlace, type Place, processStart } from "./processIdentity.ts";

/** What the lock file holds. Locks of the version before have neither place nor token. */
const ownerSchema = z.strictObject({
  pid: z.int().positive(),
  processStart: z.string(),
  since: z.string(),
  host: z.string().optional(),
  boot: z.string().optional(),
  pidNamespace: z.string().optional(),
  /** Tells this lock from every other of the same process. */
  token: z.string().optional(),
});
export type Owner = z.output<typeof ownerSchema>;

/**
 * - `runs`, `gone`: as the system says of the process
 * - `unknown`: it is nobody's of this place, or the lock is of a version to come
 */
export type Standing = "runs" | "gone" | "unknown";

export interface Judged {
  readonly standing: Standing;
  /** Undefined where the lock says it in words of its own. */
  readonly owner?: Owner;
}

export async function ownLock(now: Date, token: string): Promise<string> {
  const start = (await processStart(process.pid)) ?? "unknown";
  return JSON.stringify({
    pid: process.pid,
    processStart: start,
    since: now.toISOString(),
    ...ownPlace(),
    token,
  } satisfies Owner);
}

/** @param text of the lock; @param file it stands in */
export async function judge(text: string, file: string): Promise<Judged> {
  const content = parsed(text);
  // Torn: its owner died while writing it.
  if (typeof content !== "object" || content === null) return { standing: "gone" };
  const { data: owner } = ownerSchema.safeParse(content);
  return owner ? { owner, standing: await standingOf(owner, file) } : { standing: "unknown" };
}

async function standingOf(owner: Owner, file: string): Promise<Standing> {
  if (owner.host !== undefined) {
    const here = ownPlace();
    if (await isOfEarlierStart(owner, here, file)) return "gone";
    if (owner.host !== here.host || owner.boot !== here.boot || owner.pidNamespace !== here.pidNamespace)
      return "unknown";
  }
  const start = await processStart(owner.pid);
  if (start === undefined) return "gone";
  return start === owner.processStart || start === "unknown" || owner.processStart === "unknown" ? "runs" : "gone";
}

/** This machine has started anew since. On a shared disk another one of its name may be meant. */
async function isOfEarlierStart({ host, boot }: Owner, here: Place, file: string): Promise<boolean> {
  if (host !== here.host || boot === undefined || here.boot === undefined || boot === here.boot) return false;
  return statfs(dirname(file)).then(
    ({ type }) => ownDisks.has(type),
    () => false,
  );
}

/** File systems that one running machine has to itself, by their numbers in Linux' magic.h. */
const ownDisks: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
  0x794c7630, // overlay
]);

/** `process 12 on "lab-3"`, for the middle of a sentence. */
export function nameOf(owner: Owner | undefined): string {
  if (!owner) return "a newer version of LERL Studio";
  const { pid, host, boot, pidNamespace } = owner;
  const here = ownPlace();
  if (host === undefined || host === here.host) {
    if (host !== undefined && boot !== here.boot) return `process ${pid} of another start of this machine`;
    if (host !== undefined && pidNamespace !== here.pidNamespace) return `process ${pid} of another container`;
    return pid === process.pid ? "this process" : `process ${pid}`;
  }
  return `process ${pid} on ${JSON.stringify(host.slice(0, 80))}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
