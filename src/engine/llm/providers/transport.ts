/**
 * HTTP as model servers need it: through the environment's proxies, with answers that take as long as they take, and
 * without following a redirect that would carry the prompt and the key to somebody else.
 */
import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch, type RequestInit, type Response } from "undici";
import { isThisMachine } from "./address.ts";

/** An answer that is none: another status than 2xx, with its body. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";

  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly body: string,
  ) {
    super(`status ${status}`);
  }
}

/** A redirect to another origin. */
export class RedirectRefused extends Error {
  override readonly name = "RedirectRefused";

  constructor(readonly target: string) {
    super(`redirected to ${target}`);
  }
}

/** A body that goes on and on. */
export class ReplyTooLong extends Error {
  override readonly name = "ReplyTooLong";

  constructor(mostBytes: number) {
    super(`more than ${mostBytes} bytes`);
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 5;
/** Of an error, however long the page that holds it. */
const MOST_ERROR_CHARACTERS = 65_536;
/** Of a text that tell whether it is complete. */
const END_CHARACTERS = 64;
/** How long the end of an answer that is complete may take. */
const DRAIN_MS = 500;
/** Far beyond any plan; a server that sends more is broken. */
const MOST_ANSWER_BYTES = 8_388_608;

/** Node's own limit of 300 s of silence is below what a slow model may take: the scheduler's time-outs are the only ones. */
const patience = { headersTimeout: 0, bodyTimeout: 0 } as const;
let direct: Dispatcher | undefined;
let proxied: Dispatcher | undefined;

function dispatcherFor(url: URL): Dispatcher {
  if (isThisMachine(url)) {
    direct ??= new Agent(patience);
    return direct;
  }
  proxied ??= new EnvHttpProxyAgent(patience);
  return proxied;
}

/** Whether it is a proxy of the environment's that cannot be reached. */
export function isProxy({ hostname, port }: { readonly hostname?: string; readonly port?: number }): boolean {
  const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY } = process.env;
  return [http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY].some((address = "") => {
    if (!URL.canParse(address)) return false;
    const proxy = new URL(address);
    return hostname === proxy.hostname || port === Number(proxy.port || 80);
  });
}

/**
 * Fetches, and follows redirects within one origin with method and body as they were.
 * @throws HttpFailure, RedirectRefused, and what `fetch` throws where there is no connection
 */
export async function fetchModel(address: string | URL, init: RequestInit): Promise<Response> {
  let url = new URL(address);
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(url, { ...init, redirect: "manual", dispatcher: dispatcherFor(url) });
    if (response.ok) return response;
    const location = response.headers.get("location");
    const body = await readBeginning(response).catch(() => "");
    if (!REDIRECTS.has(response.status) || location === null || redirects === MOST_REDIRECTS) {
      throw new HttpFailure(response.status, new Headers([...response.headers]), body);
    }
    const next = new URL(location, url);
    if (next.origin !== url.origin) throw new RedirectRefused(`${next.origin}${next.pathname}`);
    url = next;
  }
}

const readBeginning = (response: Response): Promise<string> =>
  readText(response, undefined, undefined, (_, characters) => characters >= MOST_ERROR_CHARACTERS);

/**
 * The body as text.
 * @param heard called with each part
 * @param isComplete asked behind each part, with the last characters so far and how many there are
 * @throws ReplyTooLong where it does not end
 */
export async function readText(
  { body }: Pick<Response, "body">,
  mostBytes = MOST_ANSWER_BYTES,
  heard: (part: string) => void = () => undefined,
  isComplete: (end: string, characters: number) => boolean = () => false,
): Promise<string> {
  if (!body) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let end = "";
  let bytes = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return text + decoder.decode();
    const bytesRead: Uint8Array = value;
    const part = decoder.decode(bytesRead, { stream: true });
    heard(part);
    bytes += bytesRead.length;
    text += part;
    // Not of the text itself: it would be copied anew with each part.
    end = (end + part).slice(-END_CHARACTERS);
    if (isComplete(end, text.length)) {
      void drained(reader);
      return text;
    }
    if (bytes > mostBytes) {
      await reader.cancel();
      throw new ReplyTooLong(mostBytes);
    }
  }
}

/** An answer that is read to its end leaves its connection for the next one. */
async function drained(reader: { read(): Promise<{ done: boolean }>; cancel(): Promise<void> }): Promise<void> {
  const late = setTimeout(() => void reader.cancel().catch(() => undefined), DRAIN_MS);
  try {
    while (!(await reader.read()).done);
  } catch {
    // It broke off after all that was wanted of it.
  } finally {
    clearTimeout(late);
  }
}
