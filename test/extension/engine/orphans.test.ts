/** The real engine ends with its parent, however that ends. */
import { fork, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { protocolVersion } from "../../../src/protocol/engine.ts";
import { isAlive, until } from "./scripted.ts";

const engine = resolve(import.meta.dirname, "../../../dist/engine.cjs");

it("the engine does not outlive an extension host that is killed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lerl-orphan-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const code = `
    const child = require("node:child_process").fork(${JSON.stringify(engine)}, { stdio: "ignore" });
    child.send({ jsonrpc: "2.0", id: 1, method: "engine/initialize", params: { protocolVersion: ${protocolVersion}, workspaceFolder: process.cwd() } });
    child.once("message", () => console.log(child.pid));`;
  const parent = spawn(process.execPath, ["-e", code], { cwd: folder });
  const pid = await new Promise<number>((told) => parent.stdout.once("data", (data) => told(Number(data))));
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await until(() => !isAlive(pid));
});

it.skipIf(process.platform === "win32").each(["SIGTERM", "SIGHUP"] as const)(
  "the engine ends its runs in good order at %s",
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), "lerl-signal-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const child = fork(engine, { cwd: folder, stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const ended = new Promise((end) => child.once("exit", (code, killedBy) => end(code ?? killedBy)));
    const ask = (id: number, method: string, params: object) => {
      child.send({ jsonrpc: "2.0", id, method, params });
      return new Promise<{ id: string }>((resolve) => {
        child.on("message", (message: { id?: number; result?: { id: string } }) => {
          if (message.id === id && message.result) resolve(message.result);
        });
      });
    };
    await ask(1, "engine/initialize", { protocolVersion, workspaceFolder: folder });
    const experiment = { name: "Long", dataset: { kind: "synthetic" }, training: { iterations: 500 } };
    const start = {
      experimentFile: join(folder, "long.lerl.json"),
      experimentText: JSON.stringify(experiment),
      prompts: {},
    };
    const run = join(folder, ".lerl", "runs", (await ask(2, "runs/start", start)).id);
    await until(() => existsSync(join(run, "lock.json")));
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(existsSync(join(run, "lock.json"))).toBe(false);
    expect(JSON.parse(readFileSync(join(run, "run.json"), "utf8")).state).toBe("interrupted");
  },
);
