import { afterAll, expect, it } from "vitest";
import type { RunId } from "../../../src/protocol/run.ts";
import { scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { eventsOf } from "../commands/modelWorld.ts";
import { workshop } from "../runs/workshop.ts";
import { serviceAt } from "./serviceAt.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
afterAll(() => scratch.remove());

it("keeps what was done to the pool of a stopped run when it goes on", async () => {
  const { handlers } = serviceAt(scratch.path);
  const runId = "rested" as RunId;
  const folder = `.lerl/runs/${runId}`;
  const run = await shop.start(folder, tinyExperiment, {
    // In the middle of the fifth iteration: some reflections of it are in the pool, and will be written again.
    progress: ({ phase, fraction }) => {
      if (phase === "Training" && fraction > 4.95 / tinyExperiment.training.iterations) run.control.stop("stopped");
    },
  });
  expect((await run.execute()).state).toBe("stopped");

  const before = await handlers["reflections/list"]({ runId });
  const [oldest, newest] = [before[0], before.at(-1)];
  expect([oldest?.iteration, newest?.iteration]).toEqual([1, 5]);
  const [first, last] = [oldest?.id ?? "", newest?.id ?? ""];
  await handlers["reflections/change"]({ runId, id: first, action: "edit", text: "Vary more." });
  await handlers["reflections/change"]({ runId, id: last, action: "pin" });
  await expect(handlers["reflections/change"]({ runId, id: "r9999", action: "pin" })).rejects.toMatchObject({
    code: "reflections.unknown",
  });
  await expect(handlers["reflections/change"]({ runId, id: first, action: "edit", text: " " })).rejects.toMatchObject({
    code: "reflections.empty",
  });

  expect((await (await shop.resume(folder)).execute()).state).toBe("done");
  const after = new Map(
    (await handlers["reflections/list"]({ runId })).map((reflection) => [reflection.id, reflection]),
  );
  expect(after.get(first)).toMatchObject({ text: "Vary more.", edited: true });
  expect(after.get(last)).toMatchObject({ pinned: true, text: newest?.text });
  const made = eventsOf(shop.folder(folder)).filter(({ type }) => type === "pool");
  expect(made.map(({ iteration }) => iteration)).toEqual([5, 6]);
});

it("keeps what a capacity raised during the run let in", async () => {
  const runId = "raised" as RunId;
  const folder = `.lerl/runs/${runId}`;
  const small = { ...tinyExperiment, reflections: { capacity: 2 } };
  const run = await shop.start(folder, small, {
    progress: ({ phase }) => {
      if (phase === "Training") run.change([{ path: "reflections.capacity", value: 100 }]);
    },
  });
  await run.execute();
  const { handlers } = serviceAt(scratch.path);
  const held = await handlers["reflections/list"]({ runId });
  expect(held.length).toBeGreaterThan(2);
  await handlers["reflections/change"]({ runId, id: held[0]?.id ?? "", action: "pin" });
  expect((await handlers["reflections/list"]({ runId })).map(({ id }) => id)).toEqual(held.map(({ id }) => id));
});
