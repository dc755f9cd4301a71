/**
 * An engine process that behaves as the script.json beside it says: it speaks the real protocol over the real
 * channel, and what it hears, answers and tells is checked by the real schemas.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, ResponseError } from "vscode-jsonrpc/node";
import { checkData, checkParams, checkResult } from "../../../src/protocol/contract.ts";
import {
  type EngineNotifications,
  type EngineRequests,
  engineNotifications,
  engineRequests,
  hostRequests,
  protocolVersion,
  type RunSlice,
  type UnreadableRun,
} from "../../../src/protocol/engine.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";

export interface Script {
  /** The process ids of its lives are written here. */
  readonly lives: string;
  /** The run whose description is asked for. */
  readonly record: RunRecord;
  readonly crashAtStart?: boolean;
  readonly protocolVersion?: number;
  readonly hang?: boolean;
  readonly stubborn?: boolean;
  readonly runs?: readonly RunRecord[];
  readonly unreadable?: readonly UnreadableRun[];
  readonly trials?: readonly TrialSummary[];
  readonly rows?: number;
  /** Of an engine with a defect: answered and told as they are, whether they fit or not. */
  readonly defects?: {
    readonly answers?: Readonly<Partial<Record<keyof EngineRequests, unknown>>>;
    readonly notes?: Notes;
    /** Asked of the host by `models/test`. */
    readonly question?: unknown;
  };
}

type Notes = readonly (readonly [name: string, data: unknown])[];

type Handlers = {
  readonly [M in keyof EngineRequests]?: (
    params: EngineRequests[M]["params"],
  ) => Promise<EngineRequests[M]["result"]> | EngineRequests[M]["result"];
};

const file = join(dirname(process.argv[1] ?? ""), "script.json");
const script = JSON.parse(readFileSync(file, "utf8")) as Partial<Script>;
if (script.lives) appendFileSync(script.lives, `${process.pid} ${process.execArgv.join(" ")}\n`);
if (script.crashAtStart) process.exit(3);

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const never = (): Promise<never> => new Promise(() => undefined);

const handlers: Handlers = {
  "engine/initialize": () => ({
    protocolVersion: script.protocolVersion ?? protocolVersion,
    engineVersion: "0.0.0",
    pid: process.pid,
    backend: "scripted",
  }),
  "engine/ping": () => {
    if (script.hang) return never();
    if (script.lives) appendFileSync(`${script.lives}.pings`, `${process.pid}\n`);
    return { memoryMb: 1 };
  },
  "engine/shutdown": () => (script.stubborn ? never() : null),
  "runs/list": () => ({ runs: script.runs ?? [], unreadable: script.unreadable ?? [] }),
  "trials/list": () => script.trials ?? [],
  "runs/slice": ({ runId, cursor }): RunSlice => {
    const rows = script.rows ?? 0;
    const metrics = Array.from({ length: rows }, (_, index) => ({
      iteration: index + 1,
      userSteps: index,
      values: {},
    }));
    return {
      runId,
      metrics: metrics.slice(Math.max(0, cursor.metrics)),
      timing: [],
      events: [],
      references: [],
      cursor: { metrics: rows, timing: 0, events: 0 },
    };
  },
  "runs/pause": () => {
    throw new ResponseError(1, "The run r1 is not running.", { code: "run.not-running" });
  },
  "runs/stop": () => {
    throw new Error("a defect");
  },
  "runs/compare": never,
  "runs/evaluate": () => process.exit(9),
  "runs/describe": async ({ name = "[]" }) => {
    // The test's remote control: sends the notifications it is given.
    for (const [note, data] of JSON.parse(name) as Notes) await tell(note as keyof EngineNotifications, data);
    for (const [note, data] of script.defects?.notes ?? []) await connection.sendNotification(note, data);
    if (!script.record) throw new Error("The script has no record.");
    return script.record;
  },
  "models/test": async ({ model }) => {
    const answer: unknown = await connection.sendRequest(
      "models/ask",
      script.defects?.question ?? { model, messages: [] },
    );
    const { text } = checkResult(hostRequests, "models/ask", answer);
    return { ok: true, message: text, latencyMs: 0, structuredOutput: "none" };
  },
};

function tell<N extends keyof EngineNotifications>(name: N, data: unknown): Promise<void> {
  return connection.sendNotification(name, checkData(engineNotifications, name, data));
}

function serve<M extends keyof EngineRequests>(method: M, handler: NonNullable<Handlers[M]>): void {
  connection.onRequest(method as string, async (params: unknown): Promise<unknown> => {
    const defect = script.defects?.answers?.[method];
    if (defect !== undefined) return defect;
    return checkResult(engineRequests, method, await handler(checkParams(engineRequests, method, params)));
  });
}

for (const [method, handler] of Object.entries(handlers)) {
  serve(method as keyof EngineRequests, handler as NonNullable<Handlers[keyof EngineRequests]>);
}

process.on("SIGTERM", () => script.stubborn || process.exit(0));
process.once("disconnect", () => script.stubborn || process.exit(0));
connection.listen();
