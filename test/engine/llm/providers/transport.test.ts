import { lookup } from "node:dns/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { OpenAiProvider } from "../../../../src/engine/llm/providers/openai.ts";
import { completion, json, never, request, rig } from "../modelServer.ts";
import { outcomeAt, plainServer } from "../plainServer.ts";

const KEY = "sk-secret-0123456789";
const answering = () => plainServer((res) => json(res, 200, completion("ok")));
const ask = async (base: string, apiKey?: string) =>
  (await rig(base, {}, apiKey === undefined ? {} : { apiKey }).scheduler.complete(request("a"), never)).text;

describe("the environment's proxy", () => {
  afterEach(() => vi.unstubAllEnvs());

  /** Brings everybody to the server, whatever name they ask for; remembers what it was asked for. */
  async function proxyTo(target: number) {
    const asked: string[] = [];
    const proxy = createServer((req, res) => {
      asked.push(req.url ?? "");
      let text = "";
      req.on("data", (part) => {
        text += part;
      });
      req.on("end", async () => {
        const { pathname } = new URL(req.url ?? "");
        const { method = "GET" } = req;
        const answer = await fetch(`http://127.0.0.1:${target}${pathname}`, { method, ...(text && { body: text }) });
        res.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
      });
    });
    proxy.on("connect", (req, socket) => {
      asked.push(req.url ?? "");
      const onward = connect(target, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
      socket.on("error", () => onward.destroy());
      onward.on("error", () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
  }

  /** Dispatchers are made once per process, from the environment of that moment. */
  async function freshAsk(base: string) {
    vi.resetModules();
    const { OpenAiProvider: Fresh } = await import("../../../../src/engine/llm/providers/openai.ts");
    return new Fresh({ baseUrl: base }).send(request("a"), never).then(
      ({ text }) => text,
      (error: Error) => error.message,
    );
  }

  it("is asked for servers elsewhere", async () => {
    const { port, sent } = await answering();
    const proxy = await proxyTo(port);
    vi.stubEnv("HTTP_PROXY", proxy.url);
    vi.stubEnv("NO_PROXY", "");
    expect(await freshAsk("http://models.test:8000/v1")).toBe("ok");
    expect(proxy.asked[0]).toContain("models.test:8000");
    expect(sent[0]).toMatchObject({ method: "POST", url: "/v1/chat/completions" });
  });

  it.each(["127.0.0.1", "localhost", "0.0.0.0"])("is not asked for %s", async (host) => {
    const { port } = await answering();
    const proxy = await proxyTo(port);
    vi.stubEnv("HTTP_PROXY", proxy.url);
    vi.stubEnv("NO_PROXY", "");
    expect(await freshAsk(`http://${host}:${port}/v1`)).toBe("ok");
    expect(proxy.asked).toEqual([]);
  });

  it("is not asked for what NO_PROXY names", async () => {
    const { port } = await answering();
    const proxy = await proxyTo(port);
    vi.stubEnv("HTTP_PROXY", proxy.url);
    vi.stubEnv("NO_PROXY", "models.invalid");
    expect(await freshAsk("http://models.invalid:8000/v1")).toMatch(/No server is known by the name/);
    expect(proxy.asked).toEqual([]);
  });

  it("that does not listen is named as what to check", async () => {
    vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:2");
    vi.stubEnv("NO_PROXY", "");
    const told = await freshAsk("http://models.test:8000/v1");
    expect(told).toMatch(/through the proxy.*Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY/);
    expect(told).not.toContain("Is the model server running");
  });
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])("%d within one origin keeps method, body and key", async (status) => {
    const { origin, sent } = await plainServer((res, { url }) =>
      url.startsWith("/old/")
        ? res.writeHead(status, { location: url.replace("/old/", "/v1/") }).end()
        : json(res, 200, completion("ok")),
    );
    expect(await ask(`${origin}/old`, KEY)).toBe("ok");
    const [first, second] = sent;
    expect(second).toMatchObject({ method: "POST", url: "/v1/chat/completions" });
    expect(second?.text).toBe(first?.text);
    expect(second?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it.each([301, 307, 308])(
    "%d to another server is refused in words; neither prompt nor key goes there",
    async (status) => {
      const other = await answering();
      const { base } = await plainServer((res) =>
        res.writeHead(status, { location: `${other.base}/chat/completions?key=${KEY}` }).end(),
      );
      const { how, message } = await outcomeAt(base, { apiKey: KEY });
      expect(how).toBe("paused");
      expect(message).toContain(`sends requests on to another server, ${other.base}.`);
      expect(message).toContain("put it into the address");
      expect(message).not.toContain("0123456789");
      expect(other.sent).toEqual([]);
    },
  );

  it("without an end ends", async () => {
    const { base, sent } = await plainServer((res, { url }) => res.writeHead(307, { location: url }).end());
    expect((await outcomeAt(base, { limits: { retries: 0 } })).message).toContain("307");
    expect(sent.length).toBeLessThan(20);
  });
});

describe("an address", () => {
  it("of Azure keeps its version in every request, and the key in its own header", async () => {
    const { origin, sent } = await answering();
    const base = `${origin}/openai/deployments/plan?api-version=2024-10-21`;
    expect(await ask(base, KEY)).toBe("ok");
    expect(sent[0]?.url).toBe("/openai/deployments/plan/chat/completions?api-version=2024-10-21");
    expect(sent[0]?.headers).toMatchObject({ "api-key": KEY });
    expect(sent[0]?.headers.authorization).toBeUndefined();
    expect(new OpenAiProvider({ baseUrl: base }).baseUrl).toBe(`${origin}/openai/deployments/plan`);
  });

  it.each([
    ["a query", "?key=AIza0123456789", "?key=…"],
    ["another query beside the version", "?api-version=1&code=AIza0123456789", "?code=…"],
    ["a fragment", "#AIza0123456789", '"#"'],
  ])("with %s is refused without showing it", (_, end, named) => {
    const make = () => rig(`http://127.0.0.1:1/v1${end}`);
    expect(make).toThrow(named);
    expect(make).not.toThrow("AIza");
  });

  it.each([
    ["without http://", (port: number) => `127.0.0.1:${port}/v1`],
    ["as localhost without http://", (port: number) => `localhost:${port}/v1`],
    ["with a slash at its end", (port: number) => `http://127.0.0.1:${port}/v1/`],
    ["of the whole endpoint", (port: number) => `http://127.0.0.1:${port}/v1/chat/completions`],
    ["with blanks around it", (port: number) => ` http://127.0.0.1:${port}/v1 `],
  ])("may be typed %s", async (_, typed) => {
    const { port, sent } = await answering();
    expect(await ask(typed(port))).toBe("ok");
    expect(sent[0]?.url).toBe("/v1/chat/completions");
  });

  it.each(["127.0.0.1", "::1"])("localhost finds a server that listens on %s only", async (host) => {
    const known = await lookup("localhost", { all: true });
    if (!known.some(({ address }) => address === host))
      return void console.log(`skipped: localhost is not ${host} here`);
    const { port } = await plainServer((res) => json(res, 200, completion("ok")), { host });
    expect(await ask(`http://localhost:${port}/v1`)).toBe("ok");
  });
});
