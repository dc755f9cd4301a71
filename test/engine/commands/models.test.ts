import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ChatServer, type Fault } from "./chatServer.ts";
import { jsonLinesOf, lerl, scratchFolder, start } from "./lerl.ts";
import { callsOf, callsWithMessages, eventsOf, metricsOf, recordOf, writeModelExperiment } from "./modelWorld.ts";

const scratch = scratchFolder();
const server = new ChatServer();
let file = "";
beforeAll(async () => {
  await server.open();
  file = writeModelExperiment(scratch.path, server.baseUrl);
});
afterEach(async () => {
  await server.close();
  await server.open();
  server.fault = () => undefined;
  server.latencyMs = 0;
  server.journal.length = 0;
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const folderOf = (name: string): string => join(scratch.path, name);
const NO_CACHE = ["--set", "models.cache=false"] as const;
const attemptsOf = (name: string): number => callsOf(folderOf(name)).reduce((sum, { attempts }) => sum + attempts, 0);

describe("a run with a model", () => {
  it("holds in llm.jsonl exactly what the server was asked", async () => {
    const { code, err } = await lerl(["run", file, "--quiet", "--out", "first", ...NO_CACHE], scratch.path);
    expect(err).toBe("");
    expect(code).toBe(0);
    const asked = server.journal.map(({ messages }) => JSON.stringify(messages)).sort();
    const calls = (await callsWithMessages(folderOf("first"))).filter(({ attempts }) => attempts > 0);
    expect(asked.length).toBeGreaterThan(60);
    expect(calls.map(({ messages }) => JSON.stringify(messages)).sort()).toEqual(asked);
    expect(calls.every(({ reply, cached, error }) => reply !== "" && !cached && error === undefined)).toBe(true);
    const roles = new Set(calls.map(({ role }) => role));
    expect([...roles].sort()).toEqual(["critic", "planner"]);
    const steps = 3 * 20 * 4;
    const folder = folderOf("first");
    const bytes = ["llm", "prompts"].reduce((sum, name) => sum + statSync(join(folder, `${name}.jsonl`)).size, 0);
    const inline = calls.reduce((sum, row) => sum + JSON.stringify(row).length + 1, 0);
    expect(bytes).toBeLessThan(0.7 * inline);
    console.log(`${bytes} bytes of calls, ${inline} with every prompt in its row`);
    console.log(`${asked.length} calls for ${steps} user steps, none of them for its evaluations`);
    expect(recordOf(folderOf("first")).summary?.planner).toBe("offline");
  });

  it("scores its prompt on few visits, and goes on after kill -9 to the same scores", async () => {
    const few = ["--set", "evaluation.modelSessions=3"] as const;
    const { out } = await lerl(["run", file, "--quiet", "--out", "scored", ...few], scratch.path);
    expect(out).toMatch(/With the model's plans, on 3 visits: T_int [\d.]+, R_cum [\d.]+/);
    server.journal.length = 0;
    server.latencyMs = 20;
    const cwd = scratchFolder();
    const running = start(["run", file, "--json", "--out", folderOf("scored-killed"), ...few], cwd.path);
    await server.asked(45);
    running.kill("SIGKILL");
    await running.finished;
    expect((await lerl(["resume", folderOf("scored-killed"), "--quiet"], cwd.path)).code).toBe(0);
    cwd.remove();
    expect(metricsOf(folderOf("scored-killed"))).toBe(metricsOf(folderOf("scored")));
    expect(metricsOf(folderOf("scored"))).toContain("evalModelRCum");
  });

  it("asks nothing twice where the answers are kept", async () => {
    const once = await lerl(["run", file, "--quiet", "--out", "kept"], scratch.path);
    expect(once.code).toBe(0);
    const calls = server.journal.length;
    await lerl(["run", file, "--quiet", "--out", "kept-again"], scratch.path);
    expect(server.journal.length).toBe(calls);
    expect(metricsOf(folderOf("kept-again"))).toBe(metricsOf(folderOf("first")));
  });

  it("survives every kind of trouble, counts the tries, and gives the same curves where an answer came in the end", async () => {
    const faults = ["429", "500", "not json", "no choices", "truncated body", "disconnect", "page", "429"] as const;
    server.fault = (n) => (n % 5 === 2 && n < 40 ? faults[Math.floor(n / 5)] : undefined);
    const { code, err } = await lerl(["run", file, "--quiet", "--out", "troubled", ...NO_CACHE], scratch.path);
    expect(err).toMatch(
      /^warning http:\S+ answered with a web page .* goes on by itself when the model answers again; .*\n$/,
    );
    expect(code).toBe(0);
    expect(server.journal.filter(({ fault }) => fault !== undefined).length).toBe(8);
    expect(attemptsOf("troubled")).toBe(server.journal.length);
    expect(metricsOf(folderOf("troubled"))).toBe(metricsOf(folderOf("first")));
  });

  it("plans without the model where its replies cannot be used, and says so", async () => {
    const faults: readonly Fault[] = ["cut reply", "empty reply", "prose", "unknown ids"];
    server.fault = (n) => (n < 12 ? faults[Math.floor(n / 3)] : undefined);
    const { code } = await lerl(["run", file, "--quiet", "--out", "odd", ...NO_CACHE], scratch.path);
    expect(code).toBe(0);
    const invalid = eventsOf(folderOf("odd")).filter((event) => event.type === "plan" && event.code === "plan.invalid");
    expect(invalid.length).toBeGreaterThan(0);
    const replies = callsOf(folderOf("odd")).slice(0, 12);
    expect(replies.some(({ finish }) => finish === "length")).toBe(true);
    expect(attemptsOf("odd")).toBe(server.journal.length);
  });

  it("waits for a request that hangs no longer than its time, and asks again", async () => {
    server.fault = (n) => (n === 3 ? "hang" : undefined);
    const limits = [...NO_CACHE, "--set", "models.timeoutSeconds=0.5"];
    const { code } = await lerl(["run", file, "--quiet", "--out", "hung", ...limits], scratch.path);
    expect(code).toBe(0);
    expect(attemptsOf("hung")).toBe(server.journal.length);
    expect(metricsOf(folderOf("hung"))).toBe(metricsOf(folderOf("first")));
  });

  it("replays without a network to the same bytes", async () => {
    await server.close();
    const replay = ["planner", "critic"].flatMap((role) => [
      "--set",
      `${role}.provider=replay`,
      "--set",
      `${role}.replayFrom=first`,
    ]);
    const { code, err } = await lerl(["run", file, "--quiet", "--out", "replayed", ...replay], scratch.path);
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(metricsOf(folderOf("replayed"))).toBe(metricsOf(folderOf("first")));

    const running = start(["run", file, "--json", "--out", "replay-killed", ...replay], scratch.path);
    await running.printed('"iteration":2');
    running.kill("SIGKILL");
    await running.finished;
    expect((await lerl(["resume", "replay-killed", "--quiet"], scratch.path)).code).toBe(0);
    expect(metricsOf(folderOf("replay-killed"))).toBe(metricsOf(folderOf("first")));
    expect(server.journal).toEqual([]);
  });

  it("refuses to replay what was never recorded", async () => {
    const other = ["--set", "planner.provider=replay", "--set", "planner.replayFrom=first", "--seed", "2"];
    const { code, err } = await lerl(["run", file, "--quiet", "--out", "unrecorded", ...other], scratch.path);
    expect(code).toBe(1);
    expect(err).toMatch(/holds no answer for planner-/);
  });

  it("survives kill -9 at any moment: the resumed curves are the uninterrupted ones", async () => {
    server.latencyMs = 20;
    for (const [i, asked] of [2, 17, 33, 48, 61].entries()) {
      server.journal.length = 0;
      const name = `killed-${i}`;
      const cwd = scratchFolder();
      const running = start(["run", file, "--json", "--out", folderOf(name)], cwd.path);
      await server.asked(asked);
      running.kill("SIGKILL");
      await running.finished;
      const resumed = await lerl(["resume", folderOf(name), "--quiet"], cwd.path);
      cwd.remove();
      expect(resumed.err).toBe("");
      expect(resumed.code).toBe(0);
      expect(metricsOf(folderOf(name))).toBe(metricsOf(folderOf("first")));
    }
  }, 240_000);
});

describe("a server that is down", () => {
  it("makes the run wait and say why; it goes on by itself, and nothing is lost", async () => {
    const limits = [...NO_CACHE, "--set", "models.retries=0"];
    const running = start(["run", file, "--json", "--out", "down", ...limits], scratch.path);
    await server.asked(30);
    await server.close();
    await running.printed('"event":"paused"');
    await expect.poll(() => recordOf(folderOf("down")).state).toBe("paused");
    expect(recordOf(folderOf("down")).reason).toMatch(/No connection to .*goes on by itself/);
    await server.open();
    const { code } = await running.finished;
    expect(code).toBe(0);
    const pauses = eventsOf(folderOf("down")).filter(({ type }) => type === "paused" || type === "resumed");
    expect(pauses.map(({ type }) => type)).toEqual(["paused", "resumed"]);
    expect(metricsOf(folderOf("down"))).toBe(metricsOf(folderOf("first")));
  });
});

describe("a budget", () => {
  it("that is used up interrupts the run with what to do, and a higher one lets it go on to the same curves", async () => {
    const spent = await lerl(
      ["run", file, "--quiet", "--out", "budget", ...NO_CACHE, "--set", "models.maxCalls=40"],
      scratch.path,
    );
    expect(spent.code).toBe(130);
    expect(spent.out).toContain("The model budget is used up: 40 of 40 calls. Raise models.maxCalls to go on.");
    expect(spent.out).toContain("lerl resume <run folder> --set models.maxCalls=<more>");
    expect(server.journal).toHaveLength(40);
    expect(recordOf(folderOf("budget"))).toMatchObject({ state: "interrupted" });

    const again = await lerl(["resume", "budget", "--quiet"], scratch.path);
    expect(again.code).toBe(130);
    expect(server.journal).toHaveLength(40);

    const raised = await lerl(["resume", "budget", "--json", "--set", "models.maxCalls=1000"], scratch.path);
    expect(raised.code).toBe(0);
    expect(metricsOf(folderOf("budget"))).toBe(metricsOf(folderOf("first")));
    const change = eventsOf(folderOf("budget")).find(({ type }) => type === "change");
    expect(change).toMatchObject({ path: "models.maxCalls", from: 40, to: 1000 });
    expect(attemptsOf("budget")).toBe(server.journal.length);
  });

  it.each([
    ["models.maxCalls=-1", /models\.maxCalls/],
    ["dataset.users=5", /cannot change while the experiment runs/],
    ["models.maxCalls", /expected path=value/],
  ])("is not raised by --set %s: exit code 2, and the run stays as it was", async (set, message) => {
    await lerl(
      ["run", file, "--quiet", "--out", `raise-${set}`, ...NO_CACHE, "--set", "models.maxCalls=5"],
      scratch.path,
    );
    const before = readFileSync(join(folderOf(`raise-${set}`), "run.json"), "utf8");
    const { code, err } = await lerl(["resume", `raise-${set}`, "--set", set], scratch.path);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(readFileSync(join(folderOf(`raise-${set}`), "run.json"), "utf8")).toBe(before);
  });
});

describe("an interruption", () => {
  it("ends a wait for the model at once, with a checkpoint", async () => {
    server.fault = (n) => (n >= 40 ? "hang" : undefined);
    const limits = [...NO_CACHE, "--set", "models.timeoutSeconds=600"];
    const running = start(["run", file, "--json", "--out", "waiting", ...limits], scratch.path);
    await server.asked(41);
    const began = performance.now();
    running.kill("SIGINT");
    const stopped = await running.finished;
    console.log(`SIGINT during a model wait: ended in ${(performance.now() - began).toFixed(0)} ms`);
    expect(stopped.code).toBe(130);
    expect(jsonLinesOf(stopped).at(-1)).toMatchObject({ type: "summary", state: "interrupted" });
    expect(attemptsOf("waiting")).toBe(server.journal.length);
    server.fault = () => undefined;
    const resumed = await lerl(["resume", "waiting", "--quiet"], scratch.path);
    expect(resumed.code).toBe(0);
    expect(metricsOf(folderOf("waiting"))).toBe(metricsOf(folderOf("first")));
  });
});
