/** A process that writes a run without pause is killed at random moments; what it leaves must be whole. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { CheckpointStore } from "../../../src/engine/store/checkpoint.ts";
import { readJsonLines } from "../../../src/engine/store/jsonLines.ts";
import { readReflections } from "../../../src/engine/store/runDocuments.ts";
import { bundleProgram, start, temporaryFolder } from "./support.ts";

/** One iteration of the program below: rows are a function of the iteration alone, as a run's are of its seed. */
const program = `
  import { CheckpointStore } from "@store/checkpoint.ts";
  import { cutBehind, endOfRows, JsonLinesWriter } from "@store/jsonLines.ts";
  import { openReflections } from "@store/runDocuments.ts";

  const folder = process.argv[2] ?? "";
  const last = Number(process.argv[3]);
  const onWarning = (warning: Error) => { throw warning; };
  const checkpoints = new CheckpointStore(folder, onWarning);
  const from = ((await checkpoints.load())?.json as { iteration: number } | undefined)?.iteration ?? 0;
  const file = folder + "/metrics.jsonl";
  await cutBehind(file, await endOfRows<{ iteration: number }>(file, (row) => row.iteration <= from));
  const metrics = JsonLinesWriter.open<object>(file);
  const pool = await openReflections({ file: folder + "/reflections.json", onWarning });
  console.log("from " + from);
  for (let iteration = from + 1; iteration <= last; iteration++) {
    metrics.append({ iteration, text: "é".repeat((iteration * 7919) % 20_000) });
    metrics.flush();
    const reflection = { id: "r" + iteration, text: "x".repeat(2000), score: iteration, episode: "e", iteration, source: "offline" as const,
      pinned: false, muted: false, rating: 0, timesSampled: 0, edited: false };
    pool.update((data) => ({ ...data, reflections: [...data.reflections, reflection].slice(-50) }));
    await pool.flush();
    if (iteration % 3 === 0) {
      await metrics.sync();
      await checkpoints.save({ json: { iteration }, arrays: { weights: new Float32Array(50_000).fill(iteration) } });
    }
  }
  await metrics.close();
`;

const KILLS = 12;
const LAST = 1_000_000;
let root: string;
let file: string;
const chance = new RandomStream(11, "kills");

beforeAll(async () => {
  root = await temporaryFolder();
  file = await bundleProgram(root, program);
});

describe("kill -9 at random moments", () => {
  it("leaves a checkpoint, documents and rows that can be used, and never goes back", async () => {
    const folder = join(root, "run");
    await mkdir(folder);
    let reached = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, firstLine, ended } = start(file, folder, String(LAST));
      expect(await firstLine).toBe(`from ${reached}`);
      await delay(5 + chance.integer(120));
      child.kill("SIGKILL");
      expect((await ended).errors).toBe("");

      const warn = (warning: Error) => {
        throw warning;
      };
      const checkpoint = await new CheckpointStore(folder, warn).load();
      const iteration = (checkpoint?.json as { iteration: number } | undefined)?.iteration ?? 0;
      expect(iteration).toBeGreaterThanOrEqual(reached);
      expect(new Set(checkpoint?.arrays.weights ?? [])).toEqual(new Set(iteration > 0 ? [iteration] : []));
      reached = iteration;

      const rows = await readJsonLines<{ iteration: number }>(join(folder, "metrics.jsonl"));
      expect(rows.map((row) => row.iteration)).toEqual(rows.map((_, i) => i + 1));
      expect(rows.length).toBeGreaterThanOrEqual(iteration);
      const newest = (await readReflections(join(folder, "reflections.json"))).at(-1)?.iteration ?? 0;
      expect(rows.length - newest).toBeLessThanOrEqual(1);
    }
    expect(reached).toBeGreaterThan(0);

    const { ended } = start(file, folder, String(reached + 6));
    expect((await ended).code).toBe(0);
    const straight = join(root, "straight");
    await mkdir(straight);
    expect((await start(file, straight, String(reached + 6)).ended).code).toBe(0);
    const [resumed, uninterrupted] = await Promise.all(
      [folder, straight].map((path) => readFile(join(path, "metrics.jsonl"))),
    );
    expect(uninterrupted && resumed?.equals(uninterrupted)).toBe(true);
  });
});
