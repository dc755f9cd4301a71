import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { RunReader } from "../../../src/engine/service/runReader.ts";
import { checkResult } from "../../../src/protocol/contract.ts";
import { engineRequests } from "../../../src/protocol/engine.ts";
import { unread } from "../../../src/protocol/run/rowCursor.ts";
import type { RunSlice } from "../../../src/protocol/run/rows.ts";
import { scratchFolder } from "../commands/lerl.ts";

const scratch = scratchFolder();
const reader = new RunReader(scratch.path, () => undefined);
afterAll(() => scratch.remove());

const folder = join(scratch.path, ".lerl", "runs", "odd");
const write = (file: string, rows: readonly unknown[]): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
};
const place = { iteration: 1, userSteps: 20 };
const good = { ...place, values: { rCum: 2 } };

/** A slice as the extension gets it: through the channel, and checked. */
async function slice(): Promise<RunSlice> {
  const sent = await reader.slice("odd", unread);
  return checkResult(engineRequests, "runs/slice", JSON.parse(JSON.stringify(sent))) as RunSlice;
}

it("shows every row it can, keeps each in its place, and tells of the others", async () => {
  write("metrics.jsonl", [good, { ...place, values: { rCum: null, tInt: 3 } }, { ...place, values: 5 }, 7, null, good]);
  write("timing.jsonl", [{ values: {} }]);
  write("events.jsonl", [
    { ...place, type: "started" },
    { ...place, type: "danced", with: "whom" },
    { ...place, type: "plan", code: "plan.new", episode: "s0-1", step: 1 },
    "words",
    { ...place, type: "done" },
  ]);
  const reference = { policy: "random", iteration: 0, tInt: 1, rCum: 2, rSin: 2, sessions: 3 };
  write("references.jsonl", [{ ...reference, policy: "newest" }, reference]);
  const { metrics, timing, events, references, cursor } = await slice();
  const empty = { iteration: 0, userSteps: 0, values: {} };
  expect(metrics).toEqual([good, { ...place, values: { tInt: 3 } }, { ...place, values: {} }, empty, empty, good]);
  expect(timing).toEqual([empty]);
  expect(events.map(({ type }) => type)).toEqual(["started", "warning", "warning", "warning", "done"]);
  expect(events[1]).toMatchObject({ ...place, code: "row.unknown", message: expect.stringContaining('"danced"') });
  expect(references).toEqual([reference]);
  expect(cursor).toEqual({ metrics: 6, timing: 1, events: 5 });
});

it("hands on sound rows as they are", async () => {
  write("metrics.jsonl", [good]);
  write("events.jsonl", [{ ...place, type: "change", path: "reflections.k", from: 3, to: 1 }]);
  const { metrics, events } = await slice();
  expect(metrics).toEqual([good]);
  expect(events).toEqual([{ ...place, type: "change", path: "reflections.k", from: 3, to: 1 }]);
});
