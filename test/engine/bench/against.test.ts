import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../..");

function bench(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/bench.mjs", ...words], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, stdout, errors: stderr.trim().split("\n") };
}

describe("npm run bench -- --against", () => {
  it("ends with one clear error where the commit is unknown, before anything is built", () => {
    const { status, stdout, errors } = bench("--against", "no-such-commit", "quickstart");
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^error "no-such-commit" is no commit of this repository\. Name one /);
  });

  it("takes no option of git's for a commit", () => {
    const { status, errors } = bench("--against=--all", "quickstart");
    expect(status).toBe(2);
    expect(errors[0]).toContain('"--all" is no commit');
  });
});
