import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../..");
const hasGit = spawnSync("git", ["--version"]).status === 0;
if (!hasGit) console.log("skipped: npm run bench -- --against needs git, which is not installed here");

/** Of the tests' own: the project's files need not lie in a repository. */
let repository: string;

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), "lerl-repository-"));
  if (hasGit) spawnSync("git", ["init", "--quiet", repository]);
});
afterAll(() => rmSync(repository, { recursive: true, force: true }));

function bench(gitFolder: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/bench.mjs", ...words], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, GIT_DIR: gitFolder },
  });
  return { status, stdout, errors: stderr.trim().split("\n") };
}

describe("npm run bench -- --against", () => {
  it.skipIf(!hasGit)("ends with one clear error where the commit is unknown, before anything is built", () => {
    const { status, stdout, errors } = bench(join(repository, ".git"), "--against", "no-such-commit", "quickstart");
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^error "no-such-commit" is no commit of this repository\. Name one /);
  });

  it.skipIf(!hasGit)("takes no option of git's for a commit", () => {
    const { status, errors } = bench(join(repository, ".git"), "--against=--all", "quickstart");
    expect(status).toBe(2);
    expect(errors[0]).toContain('"--all" is no commit');
  });

  it("says that it needs a repository where there is none", () => {
    const { status, errors } = bench(join(repository, "none"), "--against", "main", "quickstart");
    expect(status).toBe(2);
    expect(errors[0]).toContain("--against needs git and a clone of the repository");
  });
});
