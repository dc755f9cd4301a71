/**
 * kill -9, at random moments and at every kind of operation on a file: what a person goes on from comes to the files of an
 * undisturbed process, all of them and whole.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { ChatServer } from "../commands/chatServer.ts";
import { lerl } from "../commands/lerl.ts";
import { swept, tell } from "../support/whole.ts";
import { leftovers } from "./leftovers.ts";
import { evaluation, modelRun, offlineRun, report, type Scene, suite, trial, userModel } from "./scenes.ts";

const cli = resolve(import.meta.dirname, "../../../dist/cli.cjs");
const faults = resolve(import.meta.dirname, "faults.mjs");

const root = realpathSync(mkdtempSync(join(tmpdir(), "lerl-torture-")));
const server = new ChatServer();
beforeAll(() => server.open());
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** How often each is killed: at moments, and at operations, each of them whole and half done. */
interface Sweep {
  readonly scene: () => Scene;
  readonly moments: number;
  readonly operations: number;
}

const sweeps: readonly Sweep[] = [
  { scene: () => offlineRun, moments: swept(30, 2), operations: swept(60, 3) },
  { scene: () => modelRun(server.baseUrl), moments: swept(30, 2), operations: swept(30, 2) },
  { scene: () => suite, moments: swept(10, 1), operations: swept(10, 0) },
  { scene: () => trial(server.baseUrl), moments: swept(10, 1), operations: swept(20, 1) },
  { scene: () => userModel, moments: swept(10, 1), operations: swept(15, 1) },
  { scene: () => evaluation, moments: swept(10, 0), operations: swept(10, 1) },
  { scene: () => report, moments: swept(5, 0), operations: swept(5, 1) },
];

/** A kill: after milliseconds, or at an operation. */
type Kill = { readonly after: number } | { readonly at: number; readonly how: "whole" | "half" };

const earlier = (kill: Kill, { seconds, operations }: Ended): Kill =>
  "at" in kill ? { ...kill, at: operations.length } : { after: seconds * 500 };

interface Ended {
  readonly killed: boolean;
  readonly seconds: number;
  /** What it did to files, in order, as far as it came. */
  readonly operations: readonly string[];
}

/** Carries out a scene's command in a process of its own, and kills it. */
async function carryOut({ command }: Scene, workspace: string, kill: Kill): Promise<Ended> {
  const note = `${workspace}.note`;
  const env = {
    ...process.env,
    LERL_FAULT_ROOT: workspace,
    LERL_FAULT_NOTE: note,
    LERL_FAULT_AT: String("at" in kill ? kill.at : 0),
    LERL_FAULT_HOW: "how" in kill ? kill.how : "whole",
  };
  const began = performance.now();
  const child = spawn(process.execPath, ["--import", faults, cli, ...command], { cwd: workspace, env });
  let words = "";
  child.stdout.resume();
  child.stderr.on("data", (text) => {
    words += text;
  });
  const timer = "after" in kill ? setTimeout(() => child.kill("SIGKILL"), kill.after) : undefined;
  const killed = await new Promise<boolean>((ended) => {
    child.on("close", (code, signal) => {
      if (signal === null && code !== 0) words = `ended with ${code}: ${words}`;
      ended(signal === "SIGKILL");
    });
  });
  clearTimeout(timer);
  if (!killed && words.startsWith("ended with")) throw new Error(words);
  const operations = "at" in kill ? readFileSync(note, "utf8").split("\n").slice(0, -1) : [];
  return { killed, seconds: (performance.now() - began) / 1000, operations };
}

/** What a killed suite had begun ends by itself. */
async function orphansEnded(workspace: string): Promise<void> {
  const isHere = (pid: string): boolean => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === workspace;
    } catch {
      return false;
    }
  };
  const ofProcesses =
    process.platform === "linux" ? () => readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : () => [];
  await expect.poll(() => ofProcesses().filter(isHere), { timeout: 30_000, interval: 50 }).toEqual([]);
}

/** As a person would, until there is nothing left to do. */
async function goOn(scene: Scene, workspace: string): Promise<void> {
  const command = scene.goOn(workspace);
  if (!command) return;
  const { code, err } = await lerl(command, workspace);
  expect({ command, code, err: code === 0 ? "" : err }).toEqual({ command, code: 0, err: "" });
}

describe.each(sweeps.map((sweep) => [sweep.scene().name, sweep] as const))("%s", (name, sweep) => {
  const place = join(root, name.replaceAll(" ", "-"));
  const template = join(place, "template");
  const chance = new RandomStream(20, "kills", name.length);
  let undisturbed: ReadonlyMap<string, unknown>;
  let whole: Ended;
  let copies = 0;

  const workspace = (): string => {
    const copy = join(place, `w${copies++}`);
    cpSync(template, copy, { recursive: true });
    return copy;
  };

  beforeAll(async () => {
    mkdirSync(template, { recursive: true });
    const scene = sweep.scene();
    await scene.prepare(template);
    const folder = workspace();
    whole = await carryOut(scene, folder, { at: 0, how: "whole" });
    undisturbed = leftovers(folder, scene.but);
    expect(undisturbed.size).toBeGreaterThan(0);
  });

  /** Kills once, goes on, and compares. @returns how it ended */
  async function survives(kill: Kill): Promise<Ended> {
    const scene = sweep.scene();
    const folder = workspace();
    const ended = await carryOut(scene, folder, kill);
    await orphansEnded(folder);
    await goOn(scene, folder);
    const place = { ...kill, operation: ended.operations.at(-1) };
    const files = Object.fromEntries(leftovers(folder, scene.but));
    expect({ place, files }).toEqual({ place, files: Object.fromEntries(undisturbed) });
    rmSync(folder, { recursive: true, force: true });
    return ended;
  }

  async function surviveAll(kills: readonly Kill[], what: string): Promise<void> {
    let killed = 0;
    for (const kill of kills) {
      const ended = await survives(kill);
      // It was faster than the undisturbed one, or had less to do: once more, before its end.
      const again = ended.killed ? ended : await survives(earlier(kill, ended));
      killed += again.killed ? 1 : 0;
    }
    expect(killed).toBeGreaterThan(0);
    tell(`${name}: killed ${killed} of ${kills.length} times ${what}, every file as undisturbed`);
  }

  it.runIf(sweep.moments > 0)("is the same after a kill at any moment", async () => {
    const moments = Array.from({ length: sweep.moments }, () => ({ after: chance.uniform() * whole.seconds * 900 }));
    await surviveAll(moments, "at random moments");
  });

  it.runIf(sweep.operations > 0)("is the same after a kill at any operation on a file", async () => {
    const count = whole.operations.length;
    expect(count).toBeGreaterThan(3);
    const points = Array.from({ length: sweep.operations }, (_, i) =>
      Math.min(count, 1 + Math.floor(((i + chance.uniform()) / sweep.operations) * count)),
    );
    const kills = points.flatMap((at) => (["whole", "half"] as const).map((how) => ({ at, how })));
    await surviveAll(kills, `at operations, of ${count}`);
  });

  if (name !== offlineRun.name) return;

  it("is the same after a kill around its last record", async () => {
    const last = whole.operations.findLastIndex((line) => /^rename .*run\.json$/.test(line)) + 1;
    expect(last).toBeGreaterThan(whole.operations.length / 2);
    const kills = [last - 1, last, last + 1].flatMap((at) => (["whole", "half"] as const).map((how) => ({ at, how })));
    await surviveAll(kills, "around the last record");
  });
});
