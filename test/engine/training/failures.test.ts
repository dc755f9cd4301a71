import { existsSync, readdirSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { workshop } from "./runs.ts";

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
