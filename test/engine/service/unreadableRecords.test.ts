import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RunReader } from "../../../src/engine/service/runReader.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { runRecord } from "../store/records.ts";
import { temporaryFolder } from "../store/support.ts";

let root: string;
let workspace: string;
let warnings: string[];
let reader: RunReader;
let count = 0;
beforeAll(async () => {
  root = await temporaryFolder();
});
beforeEach(() => {
  workspace = join(root, `workspace-${count++}`);
  warnings = [];
  reader = new RunReader(workspace, ({ message }) => warnings.push(message));
});

async function write(id: string, document: object): Promise<void> {
  const folder = join(workspace, ".lerl", "runs", id);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "run.json"), JSON.stringify(document));
}

describe("a record whose experiment does not fit", () => {
  const simulator = { ...experimentSchema.parse({}).simulator, slateSize: 0 };
  const broken = { ...runRecord("broken"), experiment: { ...runRecord("broken").experiment, simulator } };

  it("keeps no other run from the list, which says once what is wrong where", async () => {
    await write("whole", runRecord("whole"));
    await write("broken", broken);
    await mkdir(join(workspace, ".lerl", "runs", "begins"));
    const { runs, unreadable } = await reader.list();
    expect(runs.map(({ id }) => id)).toEqual(["whole"]);
    expect(unreadable.map(({ id }) => id)).toEqual(["broken", "begins"]);
    await reader.list();
    expect(warnings).toEqual([
      expect.stringMatching(/broken.run\.json: \$\.experiment\.simulator\.slateSize is 0: expected at least 1\./),
    ]);
  });

  it("is refused in the same words; a run there is not is another matter", async () => {
    await write("broken", broken);
    await expect(reader.record("broken")).rejects.toThrow(/\$\.experiment\.simulator\.slateSize is 0/);
    await expect(reader.record("nowhere")).rejects.toThrow(/There is no run nowhere/);
  });

  it("of an earlier version gets the defaults of what came since", async () => {
    await write("old", { ...runRecord("old"), experiment: { seed: 7 } });
    expect(await reader.record("old")).toEqual({
      ...runRecord("old"),
      experiment: experimentSchema.parse({ seed: 7 }),
    });
  });
});

describe("a lock without a record", () => {
  const lockOf = (id: string, pid: number) =>
    writeFile(
      join(workspace, ".lerl", "runs", id, "lock.json"),
      JSON.stringify({ pid, processStart: "unknown", since: "" }),
    );

  it("is a start that goes on, or one that was killed: then the list says that nothing is lost", async () => {
    for (const id of ["starts", "killed"]) await mkdir(join(workspace, ".lerl", "runs", id), { recursive: true });
    await lockOf("starts", process.pid);
    await lockOf("killed", 2 ** 22 + 1);
    const words = expect.stringContaining("a start that was killed before it wrote anything");
    expect(await reader.list()).toEqual({ runs: [], unreadable: [{ id: "killed", problem: words }] });
    expect(warnings).toEqual([]);
  });
});
