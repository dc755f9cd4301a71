// The one way to the VS Code server, which itself listens on a socket that nobody else may open. Who asks must know the
// password of this start, and ask from a page of this very address.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { request as ask, createServer, STATUS_CODES } from "node:http";
import { pipeline } from "node:stream";

const userName = "lerl";
const digest = (text) => createHash("sha256").update(text).digest();

/** Browsers say what asks: an address typed or followed from outside them, or a page of the same origin. */
const knownSites = [undefined, "none", "same-origin"];

/**
 * Why a request is not passed on, as an HTTP status; undefined where it is. A page elsewhere names another Origin or
 * Sec-Fetch-Site, also where the browser would add the password; one whose name was bound to 127.0.0.1 names its own Host.
 */
function refusalOf({ headers, url }, authority, expected) {
  const known =
    url.startsWith("/") &&
    headers.host === authority &&
    [undefined, `http://${authority}`].includes(headers.origin) &&
    knownSites.includes(headers["sec-fetch-site"]);
  if (!known) return 403;
  return timingSafeEqual(digest(headers.authorization ?? ""), expected) ? undefined : 401;
}

const refusalHeaders = {
  "Content-Type": "text/plain; charset=utf-8",
  // Kept by browsers for this port alone, unlike a cookie, which they would show to every server on 127.0.0.1.
  "WWW-Authenticate": 'Basic realm="LERL Studio", charset="UTF-8"',
  Connection: "close",
};

const headOf = (status, headers) =>
  [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers.map(([name, value]) => `${name}: ${value}`), "", ""].join(
    "\r\n",
  );

const pairs = (raw) => raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1]]] : []));

/** Opens a port of 127.0.0.1 in front of the server at `socketPath`, with a password of its own. */
export async function openGate(socketPath) {
  const password = randomBytes(16).toString("hex");
  const expected = digest(`Basic ${Buffer.from(`${userName}:${password}`).toString("base64")}`);
  let authority;

  const passOn = ({ method, url, headers: { authorization, ...headers } }) =>
    ask({ socketPath, method, path: url, headers });

  const gate = createServer((request, response) => {
    const refusal = refusalOf(request, authority, expected);
    if (refusal) return response.writeHead(refusal, refusalHeaders).end(`${STATUS_CODES[refusal]}\n`);
    const asked = passOn(request);
    asked.once("response", (reply) => {
      response.writeHead(reply.statusCode, reply.rawHeaders);
      pipeline(reply, response, () => {});
    });
    asked.once("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.once("close", () => asked.destroy());
    request.pipe(asked);
  });

  gate.on("upgrade", (request, socket, head) => {
    const refusal = refusalOf(request, authority, expected);
    socket.on("error", () => {}); // gone before its answer
    if (refusal) return socket.end(headOf(refusal, Object.entries(refusalHeaders)));
    const asked = passOn(request);
    asked.once("upgrade", (reply, server, first) => {
      socket.write(headOf(reply.statusCode, pairs(reply.rawHeaders)));
      socket.write(first);
      server.write(head);
      pipeline(socket, server, socket, () => {});
    });
    asked.once("response", ({ statusCode }) => socket.end(headOf(statusCode, [["Connection", "close"]])));
    asked.once("error", () => socket.destroy());
    asked.end();
  });

  await new Promise((resolve, reject) => gate.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = gate.address();
  authority = `127.0.0.1:${port}`;
  return {
    port,
    origin: `http://${authority}`,
    credentials: { username: userName, password },
    close: () => {
      gate.close();
      gate.closeAllConnections();
    },
  };
}
