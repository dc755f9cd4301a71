import { afterAll, beforeAll, expect, it } from "vitest";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { callsOf, metricRowsOf, modelExperiment, recordOf } from "../commands/modelWorld.ts";
import { workshop } from "../runs/workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
const server = new ChatServer();
beforeAll(() => server.open());
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const SESSIONS = 20;

async function run(name: string, planner: string | undefined) {
  const before = server.journal.length;
  const experiment = {
    ...modelExperiment(server.baseUrl),
    models: { cache: false },
    critic: { enabled: false },
    training: { iterations: 1 },
    evaluation: { every: 1, sessions: SESSIONS, references: false, ...(planner && { planner }) },
  };
  const { reason } = await (await shop.start(name, experiment)).execute();
  expect(reason).toBeUndefined();
  const folder = shop.folder(name);
  return { calls: server.journal.length - before, rows: metricRowsOf(folder), summary: recordOf(folder).summary };
}

it("makes no model calls unless it is told to, and says who planned", async () => {
  const offline = await run("offline", undefined);
  const same = await run("same", "same");
  console.log(
    `one iteration of 4 users and 2 evaluations of ${SESSIONS} sessions: ${offline.calls} calls, with the model in evaluations ${same.calls}`,
  );
  // 4 users x 20 steps, a plan every 4 steps, and one more for each session that begins.
  expect(offline.calls).toBeLessThanOrEqual(4 * 7);
  expect(same.calls).toBeGreaterThan(offline.calls + 2 * SESSIONS * 2);
  expect(offline.summary?.planner).toBe("offline");
  expect(same.summary?.planner).toBe("model");
  expect(callsOf(shop.folder("offline")).filter(({ attempts }) => attempts > 0)).toHaveLength(offline.calls);

  // Training does not notice who plans in evaluations.
  const training = ({ rows }: typeof same) =>
    rows.map(({ values }) => Object.entries(values).filter(([key]) => !key.startsWith("eval")));
  expect(training(same)).toEqual(training(offline));
  expect(same.rows[0]?.values.evalRCum).not.toBe(offline.rows[0]?.values.evalRCum);
});
