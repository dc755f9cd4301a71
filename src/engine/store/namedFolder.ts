/** Folders that name themselves, `.lerl/<kind>/<time>-<words>`: of runs and of trials. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "../errors.ts";
import { fileError, systemCode } from "./files.ts";
import { makeBelow, storageFolder } from "./storage.ts";

export interface NamedFolder {
  /** The folder that holds `.lerl`. */
  readonly workspaceFolder: string;
  readonly kind: "runs" | "trials";
  /** A readable part of the name. */
  readonly words: string;
  /** A further part, as it stands. */
  readonly detail?: string;
  readonly now: () => Date;
  /** Uniform in [0, 1): keeps apart the names of folders of the same minute. */
  readonly random: () => number;
}

const MAX_DRAWS = 100;

/** Makes it; its absolute path. @throws InputError `store.no-workspace`, `store.unwritable`, `store.link`, `store.not-empty` */
export async function makeNamedFolder(wanted: NamedFolder): Promise<string> {
  const storage = resolve(storageFolder(wanted.workspaceFolder));
  const parent = await makeBelow(storage, wanted.kind);
  try {
    await ignoreInGit(storage);
    for (let draw = 0; draw < MAX_DRAWS; draw++) {
      const path = join(parent, nameOf(wanted));
      try {
        await mkdir(path);
        return path;
      } catch (error) {
        if (systemCode(error) !== "EEXIST") throw error;
      }
    }
  } catch (error) {
    throw fileError(error, parent);
  }
  throw new InputError("store.not-empty", `${parent}: no free name was found. Remove old ${wanted.kind}.`);
}

async function ignoreInGit(folder: string): Promise<void> {
  try {
    await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

/** For example `2026-11-23-1725-quickstart-s1-ab12`: local time, words, detail and a drawn ending. */
function nameOf({ words, kind, detail, now, random }: NamedFolder): string {
  const at = now();
  const two = (n: number) => String(n).padStart(2, "0");
  const minute = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}-${two(at.getHours())}${two(at.getMinutes())}`;
  const ending = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, "0");
  return [minute, slug(words, kind.slice(0, -1)), ...(detail === undefined ? [] : [detail]), ending].join("-");
}

/** Letters and digits of any script, joined by hyphens; at most 40 characters. */
function slug(words: string, otherwise: string): string {
  const parts = words
    .normalize("NFC")
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [otherwise];
  return [...parts.join("-")].slice(0, 40).join("").replace(/-$/, "");
}
