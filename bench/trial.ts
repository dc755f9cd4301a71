/** A trial beside a model server: how long two prompts over 100 visits take, and how much of it is not the model's. */
import { readFileSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ChatServer } from "../test/engine/commands/chatServer.ts";
import { wordyReply } from "../test/engine/commands/wordyReply.ts";
import type { Figure } from "./figure.ts";
import { node } from "./processes.ts";
import type { Side } from "./side.ts";

const LATENCY_MS = 100;
const IN_FLIGHT = 16;
const VISITS = 100;

export async function trialFigures(root: string, side: Side, signal: AbortSignal): Promise<readonly Figure[]> {
  const folder = join(side.workspace, "trial");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const server = new ChatServer();
  server.reply = wordyReply;
  server.latencyMs = LATENCY_MS;
  await server.open();
  try {
    const file = writeWorld(root, folder, server.baseUrl);
    const first = await tried(side, folder, file, signal);
    const calls = server.journal.length;
    const again = await tried(side, folder, file, signal);
    return [
      {
        name: `${calls} calls for ${VISITS} visits of two prompts`,
        value: first,
        unit: "s",
        target: 15,
        lessIsBetter: true,
      },
      {
        name: "  over calls x latency / in flight",
        value: first / ((calls * LATENCY_MS) / 1000 / IN_FLIGHT),
        unit: "times",
        target: 1.5,
        lessIsBetter: true,
      },
      { name: "  the same words again", value: again, unit: "s", lessIsBetter: true },
      { name: "  calls of that", value: server.journal.length - calls, unit: "calls", target: 0, lessIsBetter: true },
    ];
  } finally {
    await server.close();
  }
}

/** The quickstart's data and prompt, and a prompt with one more word. */
function writeWorld(root: string, folder: string, baseUrl: string): string {
  const words = readFileSync(join(root, "examples/quickstart/planner.lerl.md"), "utf8");
  writeFileSync(join(folder, "planner.lerl.md"), words);
  writeFileSync(join(folder, "variety.lerl.md"), words.replace("You plan", "VARIETY You plan"));
  const file = join(folder, "trial.lerl.json");
  const experiment = {
    dataset: { kind: "synthetic", users: 1000, items: 2000 },
    planner: { provider: "openai", baseUrl, model: "test-model" },
    critic: { enabled: false },
    models: { concurrency: IN_FLIGHT },
  };
  writeFileSync(file, JSON.stringify(experiment));
  return file;
}

/** Seconds of the whole process. */
async function tried({ dist }: Side, cwd: string, file: string, signal: AbortSignal): Promise<number> {
  const start = performance.now();
  const words = ["--prompt", "variety.lerl.md", "--sessions", String(VISITS), "--no-stop", "--format", "json"];
  await node([join(dist, "cli.cjs"), "trial", file, ...words], { cwd, signal });
  return (performance.now() - start) / 1000;
}
