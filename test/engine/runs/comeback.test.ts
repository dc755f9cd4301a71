import { createHash } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallRow } from "../../../src/engine/llm/types.ts";
import { comeBack, promptsAt, promptsLastUsed, spent } from "../../../src/engine/runs/comeback.ts";
import type { Run } from "../../../src/engine/runs/run.ts";
import { RunFolder, runFiles } from "../../../src/engine/store/runFolder.ts";
import type { LiveChange } from "../../../src/protocol/engine.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { eventsOf, metricRowsOf, recordOf } from "../commands/modelWorld.ts";
import { anyFile, workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
afterAll(() => scratch.remove());

const call = (more: Partial<CallRow>): CallRow => ({
  id: "planner-1",
  role: "planner",
  model: "m",
  promptHash: "h",
  messages: [],
  reply: "",
  finish: "stop",
  attempts: 1,
  latencyMs: 1,
  cached: false,
  tokensIn: 0,
  tokensOut: 0,
  tokensEstimated: false,
  cost: 0,
  key: "k",
  ...more,
});

/** Makes what a run killed at two moments left, and the whole run's folder. */
beforeAll(async () => {
  let limited = 0;
  let edited = false;
  const run: Run = await shop.start("whole", tinyExperiment, {
    progress: ({ phase, fraction }) => {
      if (phase.startsWith("Measuring") && limited++ === 0) {
        run.change([{ path: "models.maxCalls", value: 5 }]);
        shop.snapshot("whole", "before-the-first");
      }
      if (phase !== "Training") return;
      const at = fraction * tinyExperiment.training.iterations;
      const [reflection] = run.reflectionPool?.reflections ?? [];
      if (at > 3.5 && reflection && !edited) {
        edited = true;
        run.change([{ path: "reflections.k", value: 2 }]);
        run.changeReflection({ id: reflection.id, action: "pin" });
        run.change([{ path: "reflections.k", value: 4 }]);
      }
      if (edited && at > 3.8 && at < 4) shop.snapshot("whole", "in-the-fourth");
    },
  });
  expect((await run.execute()).reason).toBeUndefined();
});

const open = (name: string): Promise<RunFolder> => RunFolder.open(shop.folder(name), () => new Date());

/** What comes back of a copy of a run's folder. */
async function comingBack(name: string, as: string, changes: readonly LiveChange[] = []) {
  shop.snapshot(name, as);
  const warnings: Error[] = [];
  const folder = await open(as);
  try {
    return {
      ...(await comeBack(folder, { changes }, { files: anyFile, models: { apiKey: () => undefined } }, (warning) =>
        warnings.push(warning),
      )),
      warnings,
    };
  } finally {
    await folder.release();
  }
}

/** Checksums of every file in a run's folder. */
function bytesOf(name: string): Record<string, string> {
  const folder = shop.folder(name);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    statSync(join(folder, file)).isFile(),
  );
  return Object.fromEntries(
    files.map((file) => [
      file,
      createHash("sha256")
        .update(readFileSync(join(folder, file)))
        .digest("hex"),
    ]),
  );
}

const rowsOf = (name: string, file: "timing" | "episodes" | "references" | "llm") =>
  readFileSync(join(shop.folder(name), runFiles[file]), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { readonly iteration: number });

describe("a run that ended before its first checkpoint", () => {
  it("begins anew, from no row, with what was changed by hand", async () => {
    const before = eventsOf(shop.folder("before-the-first"));
    expect(before).toMatchObject([{ type: "started" }, { type: "change", path: "models.maxCalls", from: 0, to: 5 }]);
    const { checkpoint, handMade, warnings } = await comingBack("before-the-first", "anew");
    expect(checkpoint).toBeUndefined();
    expect(handMade).toEqual(before.slice(1));
    expect(warnings).toEqual([]);
    expect(metricRowsOf(shop.folder("anew"))).toEqual([]);
    expect(eventsOf(shop.folder("anew"))).toEqual(handMade);
    for (const file of ["timing", "episodes", "references"] as const) expect(rowsOf("anew", file)).toEqual([]);
  });
});

describe("a run that is done", () => {
  it("is refused in words, and its folder stays as it is", async () => {
    shop.snapshot("whole", "done");
    const before = bytesOf("done");
    await expect(comingBack("whole", "done")).rejects.toMatchObject({
      name: "InputError",
      code: "run.done",
      message: `${shop.folder("done")}: this run is done. Start a new one, or evaluate it.`,
    });
    expect(bytesOf("done")).toEqual(before);
  });
});

describe("a change asked for together with going on", () => {
  it.each([
    ["is no live setting", { path: "dataset.users", value: 3 }, "change.not-live"],
    ["has a value that is not allowed", { path: "reflections.alpha", value: -1 }, "change.invalid"],
    ["is no prompt", { path: "planner.prompt", value: "not a prompt" }, "prompt.front-matter"],
    ["makes no sense in the document as it is then", { path: "simulator.quit.maxTurns", value: 3 }, "change.invalid"],
  ] as const)("is refused where it %s, before anything has happened to the folder", async (_, change, code) => {
    const name = `refused-${change.path}`;
    shop.snapshot("in-the-fourth", name);
    const before = bytesOf(name);
    const changes = [{ path: "reflections.k", value: 1 }, change];
    await expect(comingBack("in-the-fourth", name, changes)).rejects.toMatchObject({ name: "InputError", code });
    expect(bytesOf(name)).toEqual(before);
  });

  it("comes along where it is allowed", async () => {
    const changes = [{ path: "reflections.k", value: 1 }];
    expect((await comingBack("in-the-fourth", "changed", changes)).changes).toEqual(changes);
  });
});

describe("a run that was killed after its checkpoint", () => {
  it("loses the rows after it, and keeps what a person did, in order, and what was paid for", async () => {
    const calls = [call({ id: "planner-1" }), call({ id: "planner-2" })];
    const before = shop.folder("in-the-fourth");
    appendFileSync(join(before, runFiles.llm), calls.map((row) => `${JSON.stringify(row)}\n`).join(""));
    expect(metricRowsOf(before).at(-1)?.iteration).toBe(3);

    const { checkpoint, handMade } = await comingBack("in-the-fourth", "cut");
    const after = shop.folder("cut");
    expect(checkpoint?.json.iteration).toBe(2);
    expect(handMade).toMatchObject([
      { type: "pool", action: "pin", iteration: 4 },
      { type: "change", path: "reflections.k", from: 3, to: 2, iteration: 4 },
      { type: "change", path: "reflections.k", from: 2, to: 4, iteration: 4 },
    ]);
    expect(metricRowsOf(after)).toEqual(metricRowsOf(before).slice(0, 3));
    expect(rowsOf("cut", "timing").map(({ iteration }) => iteration)).toEqual([1, 2]);
    expect(rowsOf("cut", "episodes")).toEqual(
      rowsOf("in-the-fourth", "episodes").filter(({ iteration }) => iteration <= 2),
    );
    expect(rowsOf("cut", "references")).toEqual(rowsOf("in-the-fourth", "references"));
    expect(rowsOf("cut", "llm")).toEqual(calls);
    const isHandMade = ({ type }: { readonly type: string }) => type === "change" || type === "pool";
    expect(eventsOf(after)).toEqual(eventsOf(before).filter((event) => event.iteration <= 2 || isHandMade(event)));
    expect(eventsOf(after).slice(-3)).toEqual(handMade);
  });

  it("comes back the same a second time", async () => {
    const once = await comingBack("cut", "cut-again");
    expect(once.handMade).toHaveLength(3);
    expect(metricRowsOf(shop.folder("cut-again"))).toEqual(metricRowsOf(shop.folder("cut")));
    expect(eventsOf(shop.folder("cut-again"))).toEqual(eventsOf(shop.folder("cut")));
  });
});

describe("what was spent", () => {
  it("adds up every attempt, the tokens of what was sent, and the cost", async () => {
    shop.snapshot("before-the-first", "spent");
    const rows = [
      call({ attempts: 1, tokensIn: 100, tokensOut: 20, cost: 0.25 }),
      call({ attempts: 3, tokensIn: 10, tokensOut: 2, cost: 0.5 }),
      // From the cache: nothing was sent.
      call({ attempts: 0, cached: true, tokensIn: 100, tokensOut: 20 }),
      call({ attempts: 2, error: "no answer" }),
    ];
    appendFileSync(join(shop.folder("spent"), runFiles.llm), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const folder = await open("spent");
    expect(await spent(folder)).toEqual({ calls: 6, tokens: 132, cost: 0.75 });
    await folder.release();
  });

  it("is nothing where no model was asked", async () => {
    const folder = await open("before-the-first");
    expect(await spent(folder)).toEqual({ calls: 0, tokens: 0, cost: 0 });
    await folder.release();
  });
});

describe("a run's prompts", () => {
  const version = (role: "planner" | "critic", hash: string, since: number) => ({
    role,
    hash,
    file: `${role}.lerl.md`,
    text: `${role} ${hash}`,
    since,
  });
  const record = (): RunRecord => ({
    ...recordOf(shop.folder("whole")),
    prompts: [
      version("planner", "a", 0),
      version("critic", "x", 0),
      version("planner", "b", 2),
      version("planner", "c", 5),
    ],
  });
  const text = (role: "planner" | "critic", hash: string) => ({ file: `${role}.lerl.md`, text: `${role} ${hash}` });

  it("are those that a checkpoint names", () => {
    expect(promptsAt(record(), { planner: "b", critic: "x" })).toEqual({
      planner: text("planner", "b"),
      critic: text("critic", "x"),
    });
    expect(promptsAt(record(), { planner: "c" })).toEqual({ planner: text("planner", "c") });
  });

  it("are those it began with, where there is no checkpoint", () => {
    expect(promptsAt(record(), undefined)).toEqual({ planner: text("planner", "a"), critic: text("critic", "x") });
  });

  it("are those it last used, where it is evaluated", () => {
    expect(promptsLastUsed(record())).toEqual({ planner: text("planner", "c"), critic: text("critic", "x") });
  });

  it("are none where no model plays", () => {
    const offline = recordOf(shop.folder("whole"));
    expect(promptsAt(offline, {})).toEqual({});
    expect(promptsLastUsed(offline)).toEqual({});
  });
});
