/** The real engine ends with its parent, however that ends. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { isAlive, until } from "./scripted.ts";

const engine = resolve(import.meta.dirname, "../../../dist/engine.cjs");

it("the engine does not outlive an extension host that is killed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lerl-orphan-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const code = `
    const child = require("node:child_process").fork(${JSON.stringify(engine)}, { stdio: "ignore" });
    child.send({ jsonrpc: "2.0", id: 1, method: "engine/initialize", params: { protocolVersion: 1, workspaceFolder: process.cwd() } });
    child.once("message", () => console.log(child.pid));`;
  const parent = spawn(process.execPath, ["-e", code], { cwd: folder });
  const pid = await new Promise<number>((told) => parent.stdout.once("data", (data) => told(Number(data))));
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await until(() => !isAlive(pid));
});
