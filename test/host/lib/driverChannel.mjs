// The runner's end of the channel to the driver extension (test/host/driver): runs functions inside the extension host.
import { existsSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { withTimeout } from "./timeout.mjs";

const connectTimeoutMs = 60_000;

/** One connected extension host. */
class DriverConnection {
  #socket;
  #pending = new Map();
  #nextId = 1;

  constructor(socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    this.closed.then(() => {
      for (const { reject } of this.#pending.values()) reject(new Error("The extension host ended before it answered"));
    });
    socket.on("error", () => {}); // a killed extension host resets the socket; "close" follows
    createInterface({ input: socket }).on("line", (line) => this.#settle(JSON.parse(line)));
  }

  #settle({ id, value, error }) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) pending?.reject(Object.assign(new Error(error.message), { stack: error.stack }));
    else pending?.resolve(value);
  }

  send(source, args, timeoutMs) {
    const id = this.#nextId++;
    const answer = new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#socket.write(`${JSON.stringify({ id, source, args })}\n`);
    return withTimeout(answer, timeoutMs, "evaluate");
  }
}

/** Listens for driver extensions. A window's reload closes one connection and opens the next. */
export async function openDriverChannel(socketPath) {
  if (existsSync(socketPath)) rmSync(socketPath);
  let current;
  let waiting = [];
  const server = createServer((socket) => {
    const connection = new DriverConnection(socket);
    current = connection;
    connection.closed.then(() => {
      if (current === connection) current = undefined;
    });
    for (const resolve of waiting) resolve(connection);
    waiting = [];
  });
  await new Promise((resolve) => server.listen(socketPath, resolve));
  const connection = () => {
    if (current) return Promise.resolve(current);
    const next = new Promise((resolve) => waiting.push(resolve));
    return withTimeout(next, connectTimeoutMs, "The extension host's start");
  };
  return {
    /** Resolves when an extension host is connected. */
    connection,
    /** Resolves when the extension host connected now has ended. */
    disconnected: () => current?.closed ?? Promise.resolve(),
    /** Calls `work(vscode, ...args)` in the extension host and returns its JSON result; `work` sees nothing else of ours. */
    evaluate: async (work, args, timeoutMs = 30_000) =>
      (await connection()).send(typeof work === "string" ? work : work.toString(), args, timeoutMs),
    close: () => {
      server.close();
    },
  };
}
