import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { shellWord } from "../../src/engine/shellWord.ts";

it.each(["my runs/a & b", "it's", 'say "so"', "a$HOME`id`", "back\\slash", "-lead;rm", "ümläut ✓"])(
  "%s is one word of a shell, as it is",
  (path) => {
    expect(execFileSync("/bin/sh", ["-c", `printf %s ${shellWord(path, "linux")}`], { encoding: "utf8" })).toBe(path);
  },
);

it("is not quoted where nothing needs it", () => {
  expect(shellWord(".lerl/trials/20260101-words", "linux")).toBe(".lerl/trials/20260101-words");
  expect(shellWord("C:\\runs\\one", "win32")).toBe("C:\\runs\\one");
  expect(shellWord("C:\\my runs", "win32")).toBe('"C:\\my runs"');
});
