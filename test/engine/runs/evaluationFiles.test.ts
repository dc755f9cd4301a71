import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readEvaluation } from "../../../src/engine/runs/evaluationFiles.ts";
import { scratchFolder } from "../commands/lerl.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

it.each([
  [{ schemaVersion: 1, engineVersion: "1", iteration: "x" }, '$.iteration is "x": expected number'],
  [{ schemaVersion: 1, engineVersion: "1", iteration: 1 }, "$.sessions is missing: expected number"],
  [{ apiKey: "sk-1" }, "$.schemaVersion is missing: expected 1"],
  [["sk-1"], "$: expected object"],
])("a damaged summary is told by its first place, %#", async (content, words) => {
  const file = join(scratch.path, "evaluation.json");
  mkdirSync(scratch.path, { recursive: true });
  writeFileSync(file, JSON.stringify(content));
  await expect(readEvaluation(scratch.path)).rejects.toMatchObject({
    code: "evaluation.broken",
    message: `${file}: not readable (${words}). Evaluate the run again: lerl evaluate ${scratch.path}.`,
  });
});

it("what stands in the place of a summary is named once", async () => {
  const folder = join(scratch.path, "run");
  mkdirSync(join(folder, "evaluation.json"), { recursive: true });
  await expect(readEvaluation(folder)).rejects.toThrow(
    "evaluation.json: not readable (a folder, not a file). Evaluate",
  );
});
