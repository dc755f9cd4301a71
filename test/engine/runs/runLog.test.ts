import { mkdirSync, readdirSync, readlinkSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { RunLog } from "../../../src/engine/runs/runLog.ts";
import { RunFolder } from "../../../src/engine/store/runFolder.ts";
import { scratchFolder } from "../commands/lerl.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

/** Files of a folder that this process has open. */
function openIn(folder: string): readonly string[] {
  const targets = readdirSync("/proc/self/fd").map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return "";
    }
  });
  return targets.filter((target) => target.startsWith(folder));
}

const newFolder = () =>
  RunFolder.create({ workspaceFolder: scratch.path, name: "x", seed: 1, now: () => new Date(), random: Math.random });

describe.runIf(process.platform === "linux")("the logs of a run", () => {
  it.each(["metrics", "episodes", "llm", "prompts"] as const)(
    "are all closed where %s cannot be opened",
    async (kind) => {
      const folder = await newFolder();
      mkdirSync(folder.file(kind));
      await expect(RunLog.open(folder, () => undefined)).rejects.toMatchObject({ name: "InputError" });
      expect(openIn(folder.path)).toEqual([]);
      await folder.release();
    },
  );

  it("are closed with the run", async () => {
    const folder = await newFolder();
    const log = await RunLog.open(folder, () => undefined);
    expect(openIn(folder.path)).toHaveLength(7);
    await log.close();
    expect(openIn(folder.path)).toEqual([]);
    await folder.release();
  });
});
