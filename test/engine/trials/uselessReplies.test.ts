import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { plannerPrompt } from "../commands/modelWorld.ts";
import { wordyReply } from "../commands/wordyReply.ts";
import { tryout } from "./tryout.ts";

const scratch = scratchFolder();
const server = new ChatServer();
const { start, goOn, untrained } = tryout(scratch.path);
beforeAll(() => server.open());
afterAll(async () => {
  await server.close();
  scratch.remove();
});

it("a trial that was cancelled while it waited for a model of no use asks it again when it goes on", async () => {
  server.reply = () => "I would rather not.";
  const planner = { provider: "openai", baseUrl: server.baseUrl, model: "test-model" };
  let tell: (reason: string) => void = () => undefined;
  const paused = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const trial = await start(
    {
      base: untrained({ planner, critic: { enabled: false } }),
      contenders: [
        { plan: "top-interest", pool: [] },
        { prompt: { file: "p", text: plannerPrompt }, pool: [] },
      ],
    },
    { attended: true, record: ({ state, reason = "" }) => state === "paused" && tell(reason) },
  );
  const finished = trial.execute();
  expect(await paused).toContain("I would rather not.");
  expect(await paused).toContain("start a trial of other words");
  trial.control.stop("stopped");
  expect((await finished).state).toBe("stopped");
  server.reply = wordyReply;
  const asked = server.journal.length;
  const again = await (await goOn(trial.folder.path)).execute();
  expect(again.state).toBe("done");
  expect(server.journal.length).toBeGreaterThan(asked);
  expect(JSON.parse(readFileSync(join(trial.folder.path, "trial.json"), "utf8"))).not.toHaveProperty("useless");
});
