/** A real engine process, and whoever holds its channel says anything: it goes on, and answers what it can. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engineRequests, protocolVersion } from "../../../src/protocol/engine.ts";

const engine = resolve(import.meta.dirname, "../../../dist/engine.cjs");
const folder = mkdtempSync(join(tmpdir(), "lerl-messages-"));

/** How long the engine may take for what is asked of it in between, ms. */
const PATIENCE = 10_000;

let child: ChildProcess;
let said = "";
let asked = 0;
const waiting = new Map<unknown, (answer: Answer) => void>();

interface Answer {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** @throws where no answer comes */
async function answerTo(method: string, params: unknown): Promise<Answer> {
  const id = `probe-${asked++}`;
  const answer = new Promise<Answer>((resolveAnswer) => waiting.set(id, resolveAnswer));
  child.send({ jsonrpc: "2.0", id, method, params } as never);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer to ${method} within ${PATIENCE} ms\n${said}`)), PATIENCE);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

const diagnosed = async (): Promise<unknown> => (await answerTo("prompts/diagnose", { text: "x" })).result;

beforeAll(async () => {
  child = fork(engine, { cwd: folder, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  child.stdout?.on("data", (part) => {
    said += part;
  });
  child.stderr?.on("data", (part) => {
    said += part;
  });
  child.on("message", (message: Answer) => waiting.get(message.id)?.(message));
  await answerTo("engine/initialize", { protocolVersion, workspaceFolder: folder });
});
afterAll(() => {
  child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const methods = [
  ...Object.keys(engineRequests),
  "$/cancelRequest",
  "$/progress",
  "$/setTrace",
  "$/logTrace",
  "nope",
  "__proto__",
  "",
]
  // It ends the engine, as it is meant to.
  .filter((method) => method !== "engine/shutdown");

const method = fc.oneof(fc.constantFrom(...methods), fc.string());
const text = fc.oneof(
  fc.string(),
  fc.constantFrom("../../..", "/etc/passwd", "\u0000", "{{", "---\n", "\ud800", "1e999"),
);
const value = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(
    fc.constantFrom(
      "runId",
      "text",
      "experimentText",
      "experimentFile",
      "trialId",
      "id",
      "role",
      "promptText",
      "user",
      "step",
      "baseUrl",
      "__proto__",
    ),
    fc.oneof(text, fc.integer(), fc.jsonValue({ maxDepth: 1 })),
  ),
);
const id = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.jsonValue({ maxDepth: 1 }));
const message = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ jsonrpc: fc.constant("2.0"), id, method, params: value }, { requiredKeys: ["jsonrpc"] }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ jsonrpc: fc.constant("2.0"), method, params: value }, { requiredKeys: ["method"] }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ jsonrpc: fc.constant("2.0"), id, result: value, error: value }, { requiredKeys: ["id"] }),
  },
  { weight: 1, arbitrary: fc.array(fc.record({ jsonrpc: fc.constant("2.0"), id, method }), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.jsonValue() },
);

describe("the engine's channel", () => {
  it.each<[string, unknown]>([
    ["a cancellation of nothing", { jsonrpc: "2.0", method: "$/cancelRequest" }],
    ["a cancellation of null", { jsonrpc: "2.0", method: "$/cancelRequest", params: null }],
    ["a cancellation of nobody knows what", { jsonrpc: "2.0", method: "$/cancelRequest", params: {} }],
    ["progress of nothing", { jsonrpc: "2.0", method: "$/progress" }],
    ["a batch", [{ jsonrpc: "2.0", id: 1, method: "prompts/diagnose", params: { text: "x" } }]],
    ["nothing", null],
    ["a text", "hello"],
    ["an answer to nothing", { jsonrpc: "2.0", id: 99, result: {} }],
    ["a request without a method", { jsonrpc: "2.0", id: 1 }],
    ["a method that is no text", { jsonrpc: "2.0", id: 2, method: { toString: 1 }, params: {} }],
    ["a method of all objects", { jsonrpc: "2.0", id: 3, method: "__proto__", params: {} }],
    [
      "20 million letters",
      { jsonrpc: "2.0", id: 4, method: "prompts/diagnose", params: { text: "x".repeat(20_000_000) } },
    ],
    [
      "a name of 20 million letters",
      {
        jsonrpc: "2.0",
        id: 5,
        method: "runs/start",
        params: {
          experimentFile: join(folder, "a.lerl.json"),
          experimentText: JSON.stringify({ name: "x".repeat(20_000_000) }),
        },
      },
    ],
    [
      "lists in lists",
      {
        jsonrpc: "2.0",
        id: 6,
        method: "prompts/diagnose",
        params: JSON.parse(`${"[".repeat(2000)}${"]".repeat(2000)}`),
      },
    ],
  ])("survives %s", async (_, hostile) => {
    child.send(hostile as never);
    expect(await diagnosed()).toMatchObject([{ code: "prompt.front-matter" }, {}, {}]);
    expect(child.exitCode).toBeNull();
  });

  it("survives 1,000 hostile messages, says nothing on its outputs, and answers what is asked in between", async () => {
    const sent = fc.sample(message, { seed: 14, numRuns: 1000 });
    let open = 0;
    for (const [i, hostile] of sent.entries()) {
      child.send(hostile as never);
      if (i % 50 === 49) {
        await diagnosed();
        open++;
      }
    }
    expect(open).toBe(20);
    expect(await diagnosed()).toHaveLength(3);
    expect(child.exitCode).toBeNull();
    expect(said).toBe("");
  });
});
