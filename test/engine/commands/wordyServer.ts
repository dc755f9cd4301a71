/** A scripted planner that reads its prompt: the word VARIETY in it makes longer plans. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrialRecord } from "../../../src/protocol/trial/record.ts";
import type { TrialResult } from "../../../src/protocol/trial/result.ts";
import type { Asked, ChatServer } from "./chatServer.ts";
import { tinyExperiment } from "./lerl.ts";
import { criticPrompt, plannerPrompt } from "./modelWorld.ts";

type Messages = Asked["messages"];

/** By the prompt's content, less the words that are tried: one and the same without them. */
export function wordyReply(messages: Messages): string {
  const text = messages.map(({ content }) => content).join("\n");
  const candidates = [...new Set([...text.matchAll(/^- (\d+)(?: \([^)]*\))?$/gm)].map(([, id]) => Number(id)))];
  const digest = createHash("sha256")
    .update(text.replace(/(VARIETY|SYNONYM) /g, ""))
    .digest();
  const drawn = [...digest].map((byte) => candidates[byte % candidates.length] ?? 0);
  return JSON.stringify({ categories: [...new Set(drawn)].slice(0, text.includes("VARIETY") ? 6 : 2) });
}

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
