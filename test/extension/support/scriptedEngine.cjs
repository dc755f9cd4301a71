// An engine process that behaves as SCRIPT says (JSON in its environment): it speaks the real protocol over the real channel.
const { createMessageConnection, IPCMessageReader, IPCMessageWriter, ResponseError } = require("vscode-jsonrpc/node");
const { appendFileSync } = require("node:fs");

const script = JSON.parse(process.env.SCRIPT ?? "{}");
if (script.lives) appendFileSync(script.lives, `${process.pid} ${process.execArgv.join(" ")}\n`);
if (script.crashAtStart) process.exit(3);

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const never = () => new Promise(() => {});

connection.onRequest("engine/initialize", () => ({
  protocolVersion: script.protocolVersion ?? 1,
  engineVersion: "0.0.0",
  pid: process.pid,
  backend: "scripted",
}));
connection.onRequest("engine/ping", () => {
  if (script.hang) return never();
  if (script.lives) appendFileSync(`${script.lives}.pings`, `${process.pid}\n`);
  return { memoryMb: 1 };
});
connection.onRequest("engine/shutdown", () => (script.stubborn ? never() : null));
connection.onRequest("runs/list", () => script.runs ?? []);
connection.onRequest("runs/slice", ({ runId, cursor }) => {
  const rows = script.rows ?? 0;
  const metrics = Array.from({ length: rows }, (_, index) => ({ iteration: index + 1, userSteps: index, values: {} }));
  return {
    runId,
    metrics: metrics.slice(cursor.metrics),
    timing: [],
    events: [],
    references: [],
    cursor: { metrics: rows, timing: 0, events: 0 },
  };
});
connection.onRequest("runs/pause", () => {
  throw new ResponseError(1, "The run r1 is not running.", { code: "run.not-running" });
});
connection.onRequest("runs/stop", () => {
  throw new Error("a defect");
});
connection.onRequest("runs/compare", never);
connection.onRequest("runs/evaluate", () => process.exit(9));
connection.onRequest("runs/describe", async ({ name }) => {
  // The test's remote control: sends the notifications it is given.
  for (const [method, params] of JSON.parse(name)) await connection.sendNotification(method, params);
  return null;
});
connection.onRequest("models/test", ({ model }) => connection.sendRequest("models/ask", { model, messages: [] }));

process.on("SIGTERM", () => script.stubborn || process.exit(0));
process.once("disconnect", () => script.stubborn || process.exit(0));
connection.listen();
