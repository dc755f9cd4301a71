/** A prompt that asks for ids where plans are made of names is said before it costs anything to find out. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ChatServer } from "./chatServer.ts";
import { lerl, scratchFolder } from "./lerl.ts";
import { plannerPrompt, writeModelExperiment } from "./modelWorld.ts";

const scratch = scratchFolder();
const server = new ChatServer();
let file = "";
beforeAll(async () => {
  await server.open();
  file = writeModelExperiment(scratch.path, server.baseUrl);
  writeFileSync(join(scratch.path, "ids.lerl.md"), plannerPrompt.replace("{{ answer }}", "the ids"));
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const WARNING = "ids.lerl.md speaks of ids, and plans are made of names. Set planner.answer";
const run = (...args: readonly string[]) => lerl(["run", file, "--quiet", ...args], scratch.path);

it("warns a run", async () => {
  const { code, err } = await run("--set", "planner.prompt=ids.lerl.md");
  expect([code, err]).toEqual([0, expect.stringContaining(WARNING)]);
});

it("warns of no prompt where plans are made of ids, nor of the shipped one", async () => {
  for (const settings of [["planner.prompt=ids.lerl.md", "planner.answer=ids"], ["planner.answer=names"]]) {
    const { code, err } = await run(...settings.flatMap((setting) => ["--set", setting]));
    expect([code, err]).toEqual([0, expect.not.stringContaining("speaks of ids")]);
  }
});

it("warns of a trial's contender by its name, once", async () => {
  const { code, err, out } = await lerl(["trial", file, "--prompt", "ids.lerl.md", "--sessions", "4"], scratch.path);
  expect(code).toBe(0);
  expect((err + out).split(`ids.lerl.md: ${WARNING}`)).toHaveLength(2);
});
