/** Another commit in a folder of its own, built by its own scripts. */
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { LerlError, messageOf } from "../../src/engine/errors.ts";
import { node, output } from "../processes.ts";
import type { Commit } from "./repository.ts";

export interface Work {
  readonly signal: AbortSignal;
  /** Says what takes its time. */
  readonly say: (text: string) => void;
}

/**
 * Unpacks the commit of the repository at `root` into `folder`, gives it its dependencies and builds it. Nothing is left in
 * the repository, however this ends.
 * @throws LerlError `bench.build-failed`
 */
export async function buildCommit(root: string, commit: Commit, folder: string, { signal, say }: Work): Promise<void> {
  say(`building ${commit.text}`);
  const archive = `${folder}.tar`;
  await mkdir(folder, { recursive: true });
  await output("git", ["archive", "--format=tar", "--output", archive, commit.id], { cwd: root, signal });
  await output("tar", ["-xf", archive, "-C", folder], { cwd: root, signal });
  if (sameDependencies(root, folder)) {
    await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  } else {
    say("its dependencies are others: npm ci");
    await failing("Its dependencies cannot be installed", commit, () =>
      output("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, signal }),
    );
  }
  await failing("It does not build", commit, () => node(["scripts/build.mjs"], { cwd: folder, signal }));
}

/** Builds the checkout at `root` and copies what was built: who builds it again meanwhile does not change what is measured. */
export async function buildHere(root: string, folder: string, { signal, say }: Work): Promise<void> {
  say("building the working tree");
  try {
    await node(["scripts/build.mjs"], { cwd: root, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new LerlError("bench.build-failed", `The working tree does not build:\n${messageOf(cause)}`, { cause });
  }
  await cp(join(root, "dist"), join(folder, "dist"), { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  signal.throwIfAborted();
}

function sameDependencies(root: string, folder: string): boolean {
  const [here, there] = [join(root, "package-lock.json"), join(folder, "package-lock.json")];
  return existsSync(there) && readFileSync(here, "utf8") === readFileSync(there, "utf8");
}

async function failing(what: string, { text }: Commit, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof LerlError) {
      const message = `${what}: ${text}\n${cause.message}\nName a commit that builds.`;
      throw new LerlError("bench.build-failed", message, { cause });
    }
    throw cause;
  }
}
