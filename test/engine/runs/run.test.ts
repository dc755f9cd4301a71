import { existsSync, readdirSync, renameSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { recordOf } from "../commands/modelWorld.ts";
import { workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
afterAll(() => scratch.remove());

const THREADS = "/proc/self/task";

it.runIf(existsSync(THREADS))("leaves no thread behind where the data is missing", async () => {
  const fail = async (name: string): Promise<number> => {
    const policy = { ...tinyExperiment.policy, workers: 4 };
    const run = await shop.start(name, { dataset: { kind: "kuairand", path: "missing" }, policy });
    expect((await run.execute()).state).toBe("failed");
    return readdirSync(THREADS).length;
  };
  const once = await fail("missing-1");
  await fail("missing-2");
  expect(await fail("missing-3")).toBeLessThan(once + 3);
});

it("ends as failed and gives its folder back where a stop cannot be saved", async () => {
  const folder = shop.folder("unwritable");
  const aside = shop.folder("aside");
  const run = await shop.start("unwritable", tinyExperiment, {
    progress: ({ phase, iteration }) => {
      if (phase !== "Training" || iteration !== 1 || run.control.signal.aborted) return;
      run.control.stop("stopped");
      renameSync(folder, aside);
    },
    record: ({ state }) => {
      if (state === "failed") renameSync(aside, folder);
    },
  });
  const { state, reason } = await run.execute();
  expect(state).toBe("failed");
  expect(reason).toContain("the folder was moved");
  expect(run.failure).toMatchObject({ code: "store.taken-over" });
  expect(recordOf(folder).state).toBe("failed");

  expect((await (await shop.resume("unwritable")).execute()).state).toBe("done");
});
