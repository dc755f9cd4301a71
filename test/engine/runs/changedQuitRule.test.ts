import { afterAll, beforeAll, expect, it } from "vitest";
import { evaluateRun } from "../../../src/engine/runs/evaluateRun.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { metricRowsOf, recordOf } from "../commands/modelWorld.ts";
import { tryout } from "../trials/tryout.ts";
import { anyFile, workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
const trials = tryout(scratch.path);
afterAll(() => scratch.remove());

/** What a run comes to whose users lose half of their patience by a live change: fewer positions, and other notes, were it begun so. */
beforeAll(async () => {
  const run = await shop.start(
    "whole",
    { policy: { layers: 1, hidden: [32], state: "session" } },
    {
      progress: ({ phase, fraction }) => {
        if (phase !== "Training") return;
        const { quit } = run.current.experiment.simulator;
        if (fraction > 0.2 && fraction < 0.3)
          run.change([{ path: "simulator.quit", value: { ...quit, initialTemper: 10 } }]);
        if (fraction > 0.8 && fraction < 1) shop.snapshot("whole", "cut");
      },
    },
  );
  expect((await run.execute()).state).toBe("done");
  expect(recordOf(shop.folder("whole")).summary?.tInt).toBe(10);
});

it("goes on bit for bit, its policy laid out for the quit rule it began with", async () => {
  expect((await (await shop.resume("cut")).execute()).state).toBe("done");
  expect(metricRowsOf(shop.folder("cut"))).toEqual(metricRowsOf(shop.folder("whole")));
});

it("is evaluated as it evaluated itself, and serves trials", async () => {
  const { tInt, rCum } = await evaluateRun(shop.folder("whole"), { workspaceFolder: scratch.path, files: anyFile });
  expect({ tInt, rCum }).toEqual({ tInt: 10, rCum: recordOf(shop.folder("whole")).summary?.rCum });
  const trial = await trials.start({ base: { run: shop.folder("whole") } });
  expect((await trial.execute()).state).toBe("done");
});
