/** A bare HTTP server of one test: remembers what it was sent, and is closed when the test ends. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { ModelLimits, ModelRequest } from "../../../src/engine/llm/types.ts";
import { hurried, request, rig } from "./modelServer.ts";

/** What a client asks for, as far as tests look at it. */
export interface SentBody {
  readonly model?: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly stream?: boolean;
  readonly seed?: number;
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly response_format?: { readonly type: string; readonly json_schema?: { readonly schema?: unknown } };
  readonly [field: string]: unknown;
}

export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body, read as JSON; where there was none, without anything in it. */
  readonly body: SentBody;
  readonly at: number;
}

export type Respond = (res: ServerResponse, sent: Sent, nth: number) => void;

export interface PlainServer {
  readonly origin: string;
  /** With `/v1`. */
  readonly base: string;
  readonly port: number;
  readonly sent: readonly Sent[];
}

interface PlainOptions {
  readonly host?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** @param respond `nth` counts from 1 */
export async function plainServer(
  respond: Respond,
  { host = "127.0.0.1", tls }: PlainOptions = {},
): Promise<PlainServer> {
  const sent: Sent[] = [];
  const listener: RequestListener = async (req, res) => {
    let text = "";
    for await (const part of req) text += part;
    const { method = "", url = "", headers } = req;
    const body: SentBody = text === "" ? { messages: [] } : JSON.parse(text);
    // llama.cpp's slots are nobody's business here.
    if (url === "/props") return void res.writeHead(404).end();
    const one = { method, url, headers, text, body, at: performance.now() };
    sent.push(one);
    respond(res, one, sent.length);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  const origin = `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { origin, base: `${origin}/v1`, port, sent };
}

interface Asking {
  readonly ask?: Partial<ModelRequest>;
  readonly prompt?: string;
  readonly limits?: Partial<ModelLimits>;
  readonly apiKey?: string;
  /** Equal but for a number, all at once. */
  readonly requests?: number;
}

export interface Outcome {
  readonly how: "paused" | "failed" | "answered";
  readonly cause?: string;
  readonly message: string;
}

/** What comes of questions to a server: the first pause, error or answer. */
export async function outcomeAt(
  base: string,
  { ask, prompt = "a", limits, apiKey, requests = 1 }: Asking = {},
): Promise<Outcome> {
  const { scheduler, blocks } = rig(base, limits, { clock: hurried, ...(apiKey && { apiKey }) });
  const stop = new AbortController();
  let outcome: Outcome | undefined;
  const answers = Array.from({ length: requests }, (_, i) =>
    scheduler.complete(request(i === 0 ? prompt : `${prompt} ${i}`, ask), stop.signal).then(
      ({ text }) => {
        outcome ??= { how: "answered", message: text };
      },
      ({ kind, message }) => {
        outcome ??= { how: "failed", cause: kind, message };
      },
    ),
  );
  while (!outcome) {
    await sleep(2);
    const [block] = blocks;
    if (block?.kind === "unreachable") outcome ??= { how: "paused", cause: block.cause, message: block.message };
  }
  stop.abort(new Error("end"));
  await Promise.all(answers);
  return outcome;
}
