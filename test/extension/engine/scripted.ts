/** An engine client over a scripted process. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import { afterAll } from "vitest";
import { EngineClient, type EngineClientOptions } from "../../../src/extension/engine/engineClient.ts";
import { runRecord } from "../support/runRecord.ts";
import type { Script } from "../support/scriptedEngine.ts";
import { window } from "../support/vscode.ts";

export type Scripted = Omit<Script, "lives" | "record">;

/** Goes with the test file. */
const folder = mkdtempSync(join(tmpdir(), "lerl-scripted-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bundle = join(folder, "engine.cjs");
buildSync({
  entryPoints: [resolve(import.meta.dirname, "../support/scriptedEngine.ts")],
  outfile: bundle,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "warning",
});

export function scriptedClient(scripted: Scripted, options: Partial<EngineClientOptions> = {}) {
  const home = mkdtempSync(join(folder, "client-"));
  const [lives, modulePath] = [join(home, "lives"), join(home, "engine.cjs")];
  copyFileSync(bundle, modulePath);
  const script: Script = { ...scripted, lives, record: runRecord() };
  const write = (changed: Partial<Script>) => writeFileSync(join(home, "script.json"), JSON.stringify(changed));
  write(script);
  const log = window.createOutputChannel("LERL", { log: true });
  const client = new EngineClient({
    modulePath,
    locale: "en",
    log,
    host: { "models/ask": async ({ model }) => ({ text: `asked ${model}`, model }) },
    workspaceFolder: () => tmpdir(),
    isTrusted: () => true,
    allowedFiles: { allowed: { read: [], written: [] }, ask: async () => false },
    restartDelays: [5, 10, 20],
    patience: { shutdownMs: 100, terminateMs: 100 },
    ...options,
  });
  return {
    client,
    log,
    /** What its next lives do. */
    rewrite: write,
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
