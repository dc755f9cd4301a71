import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { failureSignatures } from "../../../src/engine/signatures/failureSignatures.ts";

const root = resolve(import.meta.dirname, "../../..");
const documented = readFileSync(join(root, "docs/troubleshooting.md"), "utf8");

/** Every code that the engine's sources construct an error with. */
function errorCodes(): readonly string[] {
  const sources = readdirSync(join(root, "src/engine"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(root, "src/engine", name), "utf8"));
  const codes = sources.flatMap((text) =>
    [...text.matchAll(/new (?:Input|Lerl)Error\(\s*"([a-z]+\.[a-z-]+)"/g)].map(([, code = ""]) => code),
  );
  return [...new Set(codes)].toSorted();
}

describe("docs/troubleshooting.md", () => {
  it.each(failureSignatures.map(({ code }) => code))("explains the warning %s", (code) => {
    expect(documented).toContain(`| \`${code}\` |`);
  });

  it("names every error code of the engine", () => {
    const codes = errorCodes();
    expect(codes.length).toBeGreaterThan(40);
    expect(codes.filter((code) => !documented.includes(`\`${code}\``))).toEqual([]);
  });
});
