/** What git says about the two sides. */
import { InputError, messageOf } from "../../src/engine/errors.ts";
import { output, type ProcessOptions } from "../processes.ts";

export interface Commit {
  /** In full. */
  readonly id: string;
  /** Short id and subject. */
  readonly text: string;
}

/** @throws InputError `bench.unknown-commit`; `bench.no-repository` outside of one */
export async function findCommit(name: string, options: ProcessOptions): Promise<Commit> {
  const git = (...args: string[]) => output("git", args, options);
  try {
    await git("rev-parse", "--git-dir");
  } catch (cause) {
    const message = `--against needs git and a clone of the repository: ${messageOf(cause)}`;
    throw new InputError("bench.no-repository", message, { cause });
  }
  try {
    const id = (await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`)).trim();
    return { id, text: (await git("log", "-1", "--format=%h %s", id)).trim() };
  } catch (cause) {
    options.signal.throwIfAborted();
    const message = `"${name}" is no commit of this repository. Name one that "git log" shows, a branch or a tag; "git fetch" brings those of others.`;
    throw new InputError("bench.unknown-commit", message, { cause });
  }
}

/** Files of the working tree that differ from its commit; they are measured as they are. */
export async function uncommittedFiles(options: ProcessOptions): Promise<number> {
  const status = await output("git", ["status", "--porcelain", "--untracked-files=all"], options);
  return status.split("\n").filter((line) => line !== "").length;
}
