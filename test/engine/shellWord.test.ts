import { expect, it } from "vitest";
import { shellWord } from "../../src/engine/shellWord.ts";

it.each([
  [".lerl/trials/20260101-words", ".lerl/trials/20260101-words"],
  ["C:\\runs\\one", "C:\\runs\\one"],
  ["my runs/a & b", '"my runs/a & b"'],
  ['say "so"', '"say \\"so\\""'],
])("%s is copied as %s", (path, word) => {
  expect(shellWord(path)).toBe(word);
});
