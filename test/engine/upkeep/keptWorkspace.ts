/** A copy of the workspace of fixtures/before, to be cleaned up. */
import { cpSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const fixture = join(import.meta.dirname, "../fixtures/before");

export const paths = {
  done: "runs/2026-11-29-1403-before-s1-p9rq",
  interrupted: "runs/2026-11-29-1403-beforeinterrupted-s1-nsey",
  withModel: "runs/2026-11-29-1403-beforemodel-s1-glk1",
  trial: "trials/2026-11-29-1403-round-robin-hs5h",
  suite: "suites/before-suite",
  model: "models/6b7da087a6dc95863c33f3bcefe245ec",
} as const;

/** Its folder; it goes with the test. */
export function keptWorkspace(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lerl-kept-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(fixture, folder, { recursive: true });
  renameSync(join(folder, "lerl"), join(folder, ".lerl"));
  return folder;
}

/** As if nothing below it had been written for so many days. */
export function age(path: string, days: number): void {
  const then = new Date(Date.now() - days * 86_400_000);
  for (const name of readdirSync(path, { recursive: true }) as string[]) utimesSync(join(path, name), then, then);
  utimesSync(path, then, then);
}
