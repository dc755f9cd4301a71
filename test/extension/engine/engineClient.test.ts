import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EngineFailure, EngineInputError, EngineLostError } from "../../../src/extension/engine/engineErrors.ts";
import { RestartPolicy } from "../../../src/extension/engine/restartPolicy.ts";
import { UntrustedError } from "../../../src/extension/platform/errors.ts";
import { listed, runRecord } from "../support/runRecord.ts";
import { CancellationTokenSource, host, resetHost } from "../support/vscode.ts";
import { isAlive, type Scripted, scriptedClient, until } from "./scripted.ts";

const started: { stop(): Promise<void>; dispose(): void }[] = [];

function client(...args: Parameters<typeof scriptedClient>) {
  const scripted = scriptedClient(...args);
  started.push(scripted.client);
  return scripted;
}

beforeEach(resetHost);

afterEach(async () => {
  for (const each of started.splice(0)) {
    await each.stop();
    each.dispose();
  }
});

describe("the engine process", () => {
  it("starts on first use, once, and ends when it is asked to", async () => {
    const { client: engine, lives } = client({});
    expect(engine.state).toEqual({ state: "idle" });
    await Promise.all([engine.request("runs/list", {}), engine.request("runs/list", {})]);
    expect(engine.state).toEqual({ state: "ready" });
    expect(lives()).toHaveLength(1);
    await engine.stop();
    expect(lives().filter(isAlive)).toEqual([]);
    expect(engine.state).toEqual({ state: "idle" });
  });

  it("gets the flags asked for and not those of the extension host", async () => {
    const { client: engine, flags } = client({}, { nodeArguments: () => ["--max-old-space-size=512"] });
    await engine.request("runs/list", {});
    expect(flags()).toMatch(/^\d+ --max-old-space-size=512\n$/);
  });

  it("is killed when it ignores every request to end", async () => {
    const { client: engine, lives } = client({ stubborn: true });
    await engine.request("runs/list", {});
    await engine.stop();
    expect(lives().filter(isAlive)).toEqual([]);
  });

  it("of another protocol version is refused, with what to do", async () => {
    const { client: engine, lives } = client({ protocolVersion: 99 });
    await expect(engine.request("runs/list", {})).rejects.toThrow(/speaks version 99 .* version 3.*Reload the window/s);
    expect(engine.state.state).toBe("unavailable");
    expect(lives().filter(isAlive)).toEqual([]);
  });

  it("of another protocol version is told so, too, where it says nothing else as this one does", async () => {
    const greeting = { protocolVersion: 0, engine: { version: "0.1.0" } };
    const { client: engine } = client({ defects: { answers: { "engine/initialize": greeting } } });
    await expect(engine.request("runs/list", {})).rejects.toThrow(/speaks version 0 .* version 3/);
    expect(engine.state.state).toBe("unavailable");
  });

  it("that crashes at start is tried again three times, then given up until a restart", async () => {
    const { client: engine, lives, rewrite } = client({ crashAtStart: true });
    await expect(engine.request("runs/list", {})).rejects.toThrow(EngineLostError);
    expect(lives()).toHaveLength(4);
    await expect(engine.request("runs/list", {})).rejects.toThrow(/exited with code 3/);
    expect(lives()).toHaveLength(4);
    rewrite({});
    await engine.restart();
    expect(engine.state).toEqual({ state: "ready" });
  });

  it("that dies is noticed, said and replaced", async () => {
    const { client: engine, lives } = client({});
    const deaths: string[] = [];
    engine.onDidDie((why) => deaths.push(why));
    await expect(engine.request("runs/evaluate", { runId: "r" })).rejects.toThrow(EngineLostError);
    await until(() => engine.state.state === "ready");
    expect(deaths).toEqual(["it exited with code 9"]);
    expect(lives()).toHaveLength(2);
    await engine.request("runs/list", {});
  });

  it("that hangs is killed by the heartbeat", async () => {
    const { client: engine, lives } = client({ hang: true }, { heartbeat: { everyMs: 5, timeoutMs: 20 } });
    const deaths: string[] = [];
    engine.onDidDie((why) => deaths.push(why));
    await engine.request("runs/list", {});
    await until(() => engine.state.state === "unavailable");
    expect(deaths[0]).toMatch(/did not answer/);
    expect(lives()).toHaveLength(4);
    expect(lives().filter(isAlive)).toEqual([]);
  });

  it("that proves itself between its deaths is never given up", async () => {
    const { client: engine, lives, pings } = client({}, { heartbeat: { everyMs: 5, timeoutMs: 5000 } });
    for (let life = 1; life <= 6; life++) {
      await engine.request("runs/list", {});
      const pid = lives().at(-1) ?? 0;
      // The second heartbeat goes out when the first was answered.
      await until(() => pings(pid) >= 2);
      process.kill(pid, "SIGKILL");
      await until(() => lives().length === life + 1 && engine.state.state === "ready");
    }
    expect(lives()).toHaveLength(7);
  });
});

describe("requests", () => {
  it("turn the engine's errors into ones a person can read", async () => {
    const { client: engine } = client({});
    const refused = await engine.request("runs/pause", { runId: "r1" }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(EngineInputError);
    expect(refused).toMatchObject({ message: "The run r1 is not running.", code: "run.not-running" });
    await expect(engine.request("runs/stop", { runId: "r1" })).rejects.toThrow(EngineFailure);
    await expect(engine.request("runs/stop", { runId: "r1" })).rejects.toThrow(/runs\/stop: .*a defect/);
  });

  it("can be cancelled by the caller", async () => {
    const { client: engine } = client({});
    const source = new CancellationTokenSource();
    const asked = engine.request("runs/compare", { runIds: [] }, source.token);
    const outcome = expect(Promise.race([asked, new Promise((done) => setTimeout(done, 100, "open"))])).resolves.toBe(
      "open",
    );
    source.cancel();
    await outcome;
    await engine.stop();
    await expect(asked).rejects.toThrow(EngineLostError);
  });

  it("of the engine are answered by the host", async () => {
    const { client: engine } = client({});
    const answer = await engine.request("models/test", { provider: "vscode", model: "copilot/x" });
    expect(answer).toEqual({ ok: true, message: "asked copilot/x", latencyMs: 0, structuredOutput: "none" });
  });

  it("that run something want a trusted workspace; those that read do not", async () => {
    const { client: engine } = client(
      {},
      {
        isTrusted: () => false,
      },
    );
    await expect(engine.request("runs/list", {})).resolves.toEqual(listed());
    await expect(engine.request("runs/evaluate", { runId: "r" })).rejects.toThrow(UntrustedError);
    await expect(engine.request("models/detect", {})).rejects.toThrow(/not trusted/);
  });

  it("reach listeners as notifications, and the log", async () => {
    const { client: engine } = client({});
    const heard: unknown[] = [];
    const listening = engine.on("reflections/changed", (params) => heard.push(params));
    const send = (...notes: readonly unknown[]) =>
      engine.request("runs/describe", { runId: "r", name: JSON.stringify(notes) });
    await send(["reflections/changed", { runId: "a" }], ["engine/log", { level: "warn", message: "careful" }]);
    listening.dispose();
    await send(["reflections/changed", { runId: "b" }]);
    expect(heard).toEqual([{ runId: "a" }]);
    expect(host.logged).toContain("warn careful");
  });
});

describe("what does not fit the contract", () => {
  it("is one error that names the request and the place, and other requests go on", async () => {
    const record = { ...runRecord(), iteration: "nine" };
    const { client: engine } = client({
      defects: { answers: { "runs/list": { runs: [runRecord(), record], unreadable: [] } } },
    });
    const asked = engine.request("runs/list", {});
    await expect(asked).rejects.toThrow(EngineFailure);
    await expect(asked).rejects.toThrow(
      /^The engine and this extension .* \(runs\/list: result\.runs\.1\.iteration: expected number\)\. Reload the window/,
    );
    expect(host.logged).toContain("error runs/list: result.runs.1.iteration: expected number");
    await expect(engine.request("runs/describe", { runId: "r" })).resolves.toMatchObject({ id: "r" });
  });

  it("reaches no listener as a notification, and is logged", async () => {
    const progress = { runId: "r", phase: "Training", iteration: 1, iterations: 2, calls: 0, cost: 0 };
    const defects: Scripted["defects"] = {
      notes: [
        ["run/progress", { ...progress, fraction: null }],
        ["run/danced", {}],
        ["run/progress", { ...progress, fraction: 0.5, fromTheFuture: true }],
      ],
    };
    const { client: engine } = client({ defects });
    const heard: unknown[] = [];
    engine.on("run/progress", (params) => heard.push(params));
    await engine.request("runs/describe", { runId: "r" });
    expect(heard).toEqual([{ ...progress, fraction: 0.5 }]);
    expect(host.logged).toContain("error run/progress: data.fraction: expected number");
    expect(host.logged.some((line) => line.startsWith("warn") && line.includes("run/danced"))).toBe(true);
  });

  it("is refused as a request of the engine", async () => {
    const { client: engine } = client({ defects: { question: { model: "m" } } });
    const asked = engine.request("models/test", { provider: "vscode", model: "m" });
    await expect(asked).rejects.toThrow("models/ask: params.messages: expected array");
    expect(host.logged).toContain("error models/ask: params.messages: expected array");
  });

  it("is refused by the engine as a request", async () => {
    const { client: engine } = client({});
    const params = { runId: "r", colour: "red" } as { runId: string };
    await expect(engine.request("runs/pause", params)).rejects.toThrow('runs/pause: params: unknown key "colour"');
  });
});

describe("the restart policy", () => {
  it("waits longer each time, gives up after the last wait, and forgets failures after a success", () => {
    let policy = RestartPolicy.after();
    const waits: (number | undefined)[] = [];
    for (let failure = 0; failure < 5; failure++) {
      waits.push(policy.delay);
      policy = policy.failed();
    }
    expect(waits).toEqual([0, 1000, 2000, 4000, undefined]);
    expect(policy.succeeded().delay).toBe(0);
  });
});
