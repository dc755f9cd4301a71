/** An experiment, and prompts to try, for the scripted planner of wordyReply.ts. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrialRecord } from "../../../src/protocol/trial/record.ts";
import type { TrialResult } from "../../../src/protocol/trial/result.ts";
import type { ChatServer } from "./chatServer.ts";
import { tinyExperiment } from "./lerl.ts";
import { criticPrompt, plannerPrompt } from "./modelWorld.ts";
import { wordyReply } from "./wordyReply.ts";

export { wordyReply };

export const usually = (server: ChatServer): void => {
  server.reply = wordyReply;
  server.fault = () => undefined;
  server.latencyMs = 0;
  server.journal.length = 0;
};

/** The experiment, its prompts, and two others: `variety.lerl.md`, which plans more, and `same.lerl.md`, which plans the same. */
export function writeTrialWorld(folder: string, baseUrl: string, more: object = {}): string {
  const varied = (word: string) => plannerPrompt.replace("You plan", `${word} You plan`);
  writeFileSync(join(folder, "planner.lerl.md"), plannerPrompt);
  writeFileSync(join(folder, "critic.lerl.md"), criticPrompt);
  writeFileSync(join(folder, "variety.lerl.md"), varied("VARIETY"));
  writeFileSync(join(folder, "same.lerl.md"), varied("SYNONYM"));
  const experiment = {
    ...tinyExperiment,
    planner: { ...tinyExperiment.planner, provider: "openai", baseUrl, model: "test-model" },
    critic: { enabled: false },
    models: { timeoutSeconds: 5, maxRetryAfterSeconds: 1, retries: 1 },
    ...more,
  };
  const file = join(folder, "tiny.lerl.json");
  writeFileSync(file, JSON.stringify(experiment, undefined, 2));
  return file;
}

export const trialRecordOf = (folder: string): TrialRecord =>
  JSON.parse(readFileSync(join(folder, "trial.json"), "utf8"));

/** What was found, without what it cost. */
export function foundIn(result: TrialResult | undefined): unknown {
  const contenders = result?.contenders.map(({ calls: _c, tokens: _t, cost: _m, latencyMs: _l, ...found }) => found);
  return { ...result, contenders };
}
