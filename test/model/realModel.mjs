// A real language model behind a server on this machine, and a recorder in front of it that counts what the server was asked.
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer, request as send } from "node:http";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder, modelFile, modelFolder } from "./place.mjs";

/** The server ends with the process that started it, however that ends. */
const ENDS_WITH_PARENT = 'data:text/javascript,process.once("disconnect",()=>process.exit())';

/** The server's threads wait for each other: where others use the machine too, one alone is faster. */
async function threads() {
  const times = () => cpus().map(({ times }) => times);
  const before = times();
  await sleep(500);
  const passed = (kinds) => times().reduce((sum, now, cpu) => sum + kinds(now) - kinds(before[cpu]), 0);
  const idle = passed((time) => time.idle) / passed((time) => time.idle + time.user + time.nice + time.sys);
  return idle > 0.6 ? availableParallelism() : 1;
}

/** Starts the model's server and the recorder. `slots`: requests worked on at once; `context`: tokens of each. */
export async function startModel({ slots = 4, context = 4096 } = {}) {
  const file = modelFile();
  const settings = {
    from: cacheFolder,
    model: join(modelFolder, file),
    port: 0,
    slots,
    context,
    threads: await threads(),
  };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = fork(join(modelFolder, "server.mjs"), words, {
    execArgv: ["--import", ENDS_WITH_PARENT],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const target = new URL(await addressFrom(child));
  /** Every question of the server, in the order they came. */
  const asked = [];
  const recorder = createServer((request, response) => {
    const entry = { state: "open", parts: 0, began: performance.now(), ended: Number.NaN };
    if (request.url.endsWith("/chat/completions")) asked.push(entry);
    const ends = (state) => {
      if (entry.state === "open") Object.assign(entry, { state, ended: performance.now() });
    };
    const { method, headers, url: path } = request;
    const upstream = send({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
      answer.on("data", () => entry.parts++);
      answer.on("end", () => ends(answer.statusCode === 200 ? "answered" : "refused"));
    });
    upstream.on("error", () => response.destroy());
    response.on("close", () => {
      ends("aborted");
      upstream.destroy();
    });
    request.pipe(upstream);
  });
  recorder.listen(0, "127.0.0.1");
  await once(recorder, "listening");
  const address = `127.0.0.1:${recorder.address().port}`;
  return {
    name: file.replace(/\.gguf$/, ""),
    address,
    baseUrl: `http://${address}/v1`,
    asked,
    ask: async (content) => {
      const messages = [{ role: "user", content }];
      const answer = await fetch(`http://${address}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ messages, max_tokens: 4 }),
      });
      await answer.json();
      return asked.at(-1);
    },
    count: (state) => asked.filter((entry) => entry.state === state).length,
    stop: async () => {
      recorder.closeAllConnections();
      recorder.close();
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, "exit");
    },
  };
}

/** The address that the server prints when it has loaded its model. */
async function addressFrom(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /http:\S+/.exec(line)?.[0];
    if (address !== undefined) return address;
  }
  throw new Error("The model's server ended before it said its address.");
}
