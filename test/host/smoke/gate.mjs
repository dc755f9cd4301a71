// What stands between the editor and everybody else on this machine, asked as they would ask: another local user, who may
// open any port, and a web page elsewhere, for which the browser adds the password and a bound name gives the address.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";

const secret = "only for this user";

/** One raw request: { status, body }; `headers` replace or leave out (undefined) what the editor's own page would send. */
function ask({ server }, path, headers = {}) {
  const { username, password } = server.credentials;
  const own = {
    host: `127.0.0.1:${server.port}`,
    authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
  };
  const sent = Object.fromEntries(Object.entries({ ...own, ...headers }).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const asked = request({ port: server.port, host: "127.0.0.1", path, headers: sent, agent: false });
    asked.once("error", reject);
    asked.once("upgrade", ({ statusCode }, socket) => {
      socket.destroy();
      resolve({ status: statusCode, body: "" });
    });
    asked.once("response", async (reply) => {
      let body = "";
      for await (const chunk of reply.setEncoding("utf8")) body += chunk;
      resolve({ status: reply.statusCode, body });
    });
    asked.end();
  });
}

const upgrade = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};
const socketPath =
  "/?reconnectionToken=7f6c4f0e-3a0b-4d8e-9a39-0c6a3f7f0a11&reconnection=false&skipWebSocketFrames=false";

function secretPath(host) {
  const file = join(host.workspace, "secret.txt");
  writeFileSync(file, secret);
  return `/vscode-remote-resource?path=${encodeURIComponent(file)}`;
}

const everyPath = (host) => [
  ...["/", "/healthz", "/robots.txt", "/manifest.json", "/login", "/logout", "/update/check", "/security.txt"],
  ...["/_static/src/browser/media/favicon.svg", "/vscode/", "/proxy/1/", "/absproxy/1/", "/mint-key", "/nowhere"],
  secretPath(host),
];

/** Addresses that processes of the server listen at, whatever port and family. */
function listening(host) {
  const sockets = new Set(
    host.processes().flatMap(({ pid }) =>
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
        } catch {
          return []; // closed meanwhile
        }
      }),
    ),
  );
  return ["tcp", "tcp6"]
    .flatMap((family) => readFileSync(`/proc/net/${family}`, "utf8").trim().split("\n").slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === "0A" && sockets.has(inode))
    .map(([, address]) => address);
}

export const scenarios = {
  "with the password, its own page reads files and opens a socket": async (host) => {
    assert.deepEqual(await ask(host, secretPath(host)), { status: 200, body: secret });
    const own = { origin: host.server.origin, "sec-fetch-site": "same-origin" };
    assert.equal((await ask(host, secretPath(host), own)).status, 200);
    assert.equal((await ask(host, socketPath, { ...own, ...upgrade })).status, 101);
  },

  "without the password nothing is served": async (host) => {
    const wrong = `Basic ${Buffer.from(`${host.server.credentials.username}:guess`).toString("base64")}`;
    for (const authorization of [undefined, "", wrong, `Bearer ${host.server.credentials.password}`]) {
      for (const path of everyPath(host)) {
        assert.deepEqual(await ask(host, path, { authorization }), { status: 401, body: "Unauthorized\n" }, path);
      }
      assert.equal((await ask(host, socketPath, { authorization, ...upgrade })).status, 401);
    }
  },

  "a page elsewhere is refused, though the browser adds the password": async (host) => {
    const { port } = host.server;
    const foreign = [
      { host: `rebound.example:${port}` },
      { host: `rebound.example:${port}`, origin: `http://rebound.example:${port}`, "sec-fetch-site": "same-origin" },
      { host: `localhost:${port}` },
      { host: "127.0.0.1" },
      { origin: "https://elsewhere.example" },
      { origin: `http://127.0.0.1:${port + 1}` },
      { origin: "null" },
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of foreign) {
      const said = JSON.stringify(headers);
      assert.deepEqual(await ask(host, secretPath(host), headers), { status: 403, body: "Forbidden\n" }, said);
      assert.equal((await ask(host, socketPath, { ...headers, ...upgrade })).status, 403, said);
    }
    const absolute = await ask(host, `http://rebound.example${secretPath(host)}`);
    assert.equal(absolute.status, 403);
  },

  "it is no way to other servers of this machine": async (host) => {
    const heard = [];
    const other = createServer((incoming, reply) => {
      heard.push(incoming.url);
      reply.end(secret);
    });
    await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address();
    for (const path of [`/proxy/${port}/`, `/absproxy/${port}/`]) {
      assert.equal((await ask(host, path)).status, 403, path);
      assert.notEqual((await ask(host, path, upgrade)).status, 101, path);
    }
    other.close();
    assert.deepEqual(heard, []);
  },

  "other users see no password, no port and no socket": async (host) => {
    const commands = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, "utf8");
        } catch {
          return ""; // ended meanwhile
        }
      });
    assert.ok(commands.some((command) => command.includes("server.sock")));
    assert.ok(commands.every((command) => !command.includes(host.server.credentials.password)));
    assert.deepEqual(listening(host), []);
    assert.equal(statSync(host.scratch.root).mode & 0o077, 0);
  },
};
