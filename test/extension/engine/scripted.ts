/** An engine client over a scripted process. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { EngineClient, type EngineClientOptions } from "../../../src/extension/engine/engineClient.ts";
import { window } from "../support/vscode.ts";

export interface Script {
  readonly crashAtStart?: boolean;
  readonly protocolVersion?: number;
  readonly hang?: boolean;
  readonly stubborn?: boolean;
  readonly runs?: readonly unknown[];
  readonly rows?: number;
}

export function scriptedClient(script: Script, options: Partial<EngineClientOptions> = {}) {
  const lives = join(mkdtempSync(join(tmpdir(), "lerl-engine-")), "lives");
  process.env.SCRIPT = JSON.stringify({ ...script, lives });
  const log = window.createOutputChannel("LERL", { log: true });
  const client = new EngineClient({
    modulePath: resolve(import.meta.dirname, "../support/scriptedEngine.cjs"),
    locale: "en",
    log,
    host: { "models/ask": async ({ model }) => ({ text: `asked ${model}`, model }) },
    workspaceFolder: () => tmpdir(),
    requireTrust: () => undefined,
    restartDelays: [5, 10, 20],
    patience: { shutdownMs: 100, terminateMs: 100 },
    ...options,
  });
  return {
    client,
    log,
    /** Process ids of the engine's lives, oldest first. */
    lives: (): readonly number[] => readFileSync(lives, "utf8").trim().split("\n").map(Number.parseFloat),
    /** Heartbeats that a process has answered. */
    pings: (pid: number): number =>
      existsSync(`${lives}.pings`)
        ? readFileSync(`${lives}.pings`, "utf8")
            .split("\n")
            .filter((line) => line === `${pid}`).length
        : 0,
    flags: (): string => readFileSync(lives, "utf8"),
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for what must become true. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((wake) => setTimeout(wake, 5));
}
