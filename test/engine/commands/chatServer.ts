/** A real HTTP server that answers chat completions, or fails in every way servers do, and remembers what it was asked. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type Fault =
  | "429"
  | "500"
  | "not json"
  | "page"
  | "no choices"
  | "truncated body"
  | "cut reply"
  | "empty reply"
  | "prose"
  | "unknown ids"
  | "hang"
  | "disconnect";

export interface Asked {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly authorization: string | undefined;
  readonly fault: Fault | undefined;
}

export class ChatServer {
  readonly journal: Asked[] = [];
  /** What goes wrong with the n-th request, from 0. */
  fault: (n: number) => Fault | undefined = () => undefined;
  latencyMs = 0;
  /** Takes the place of the usual answers. */
  reply: ((messages: Asked["messages"]) => string) | undefined;
  /** Told the headers of every question. */
  heard: ((headers: IncomingMessage["headers"]) => void) | undefined;
  /** What it says that it read of every prompt from its prefix cache, tokens. */
  cached: number | undefined;
  /** Repeated to whoever asks, as careless servers do. */
  echoesKey = false;
  private readonly hanging = new Set<ServerResponse>();
  private server: Server | undefined;
  private port = 0;

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** On the port it had before, if any. */
  async open(): Promise<void> {
    const server = createServer((req, res) => void this.handle(req, res));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const res of this.hanging) res.destroy();
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server?.listening ? this.server.close(resolve) : resolve(undefined)));
  }

  /** Resolves when so many requests have come in. */
  async asked(count: number): Promise<void> {
    while (this.journal.length < count) await sleep(5);
  }

  private async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let sent = "";
    for await (const chunk of req) sent += chunk;
    if (req.url?.endsWith("/models")) return json(res, 200, { data: [{ id: "test-model" }] });
    if (req.method !== "POST") return json(res, 404, { error: { message: "not found" } });
    const body = JSON.parse(sent) as Pick<Asked, "model" | "messages"> & { response_format?: unknown };
    const fault = this.fault(this.journal.length);
    const { authorization } = req.headers;
    this.heard?.(req.headers);
    this.journal.push({ model: body.model, messages: body.messages, authorization, fault });
    if (this.latencyMs > 0) await sleep(this.latencyMs);
    if (fault && this.fail(fault, res, authorization)) return;
    const wanted = body.response_format !== undefined;
    const usual = this.reply ?? (wanted ? plan : reflection);
    const content = fault ? bad[fault] : usual(body.messages);
    const said = content ?? "";
    const text = this.echoesKey ? `${said} ${authorization}` : said;
    const answer = completion(body.messages, text, fault === "cut reply");
    const details = this.cached === undefined ? {} : { prompt_tokens_details: { cached_tokens: this.cached } };
    json(res, 200, { ...answer, usage: { ...answer.usage, ...details } });
  }

  private fail(fault: Fault, res: ServerResponse, authorization: string | undefined): boolean {
    const message = this.echoesKey ? `trouble, ${authorization}` : "trouble";
    switch (fault) {
      case "429":
        json(res, 429, { error: { message } }, { "retry-after": "0" });
        return true;
      case "500":
        json(res, 500, { error: { message } });
        return true;
      case "not json":
        res.writeHead(200, { "content-type": "application/json" }).end("busy, try later");
        return true;
      case "page":
        res.writeHead(200, { "content-type": "text/html" }).end("<html>busy</html>");
        return true;
      case "no choices":
        json(res, 200, { choices: [] });
        return true;
      case "truncated body": {
        const whole = JSON.stringify(completion([], "hello", false));
        res.writeHead(200, { "content-type": "application/json", "content-length": whole.length });
        res.write(whole.slice(0, whole.length / 2), () => res.destroy());
        return true;
      }
      case "hang":
        this.hanging.add(res);
        return true;
      case "disconnect":
        res.destroy();
        return true;
      default:
        return false;
    }
  }
}

const bad: Partial<Record<Fault, string>> = {
  "cut reply": '{"categories": [1, 2',
  "empty reply": "",
  prose: "I would rather not.",
  "unknown ids": '{"categories": [999, 998]}',
};

const tokens = (text: string): number => Math.ceil(text.length / 4);

const completion = (messages: Asked["messages"], content: string, cut: boolean) => ({
  id: "c",
  object: "chat.completion",
  created: 0,
  model: "test-model",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: cut ? "length" : "stop" }],
  usage: { prompt_tokens: tokens(JSON.stringify(messages)), completion_tokens: tokens(content) },
});

type Messages = Asked["messages"];

const digest = (messages: Messages): Buffer => createHash("sha256").update(JSON.stringify(messages)).digest();

/** What a prompt lists as its candidate categories: `- Dance`, `- Dance: 45%` or, with ids, `- 1 (Dance): 45%`. */
export function candidatesIn(messages: Messages): readonly string[] {
  const text = messages.map(({ content }) => content).join("\n");
  const lines = text.matchAll(/^- (?:(.+): \d+%.*|(\D+|\d+ \([^)]*\)|\d+))$/gm);
  return [...new Set([...lines].map(([, rated = "", bare = rated]) => bare))];
}

/** Five of the candidates the prompt lists, always the same for the same prompt. */
function plan(messages: Messages): string {
  const candidates = candidatesIn(messages);
  const drawn = [...digest(messages)].map((byte) => candidates[byte % candidates.length] ?? "");
  return JSON.stringify({ categories: [...new Set(drawn)].slice(0, 5) });
}

function reflection(messages: Messages): string {
  return `Lesson ${digest(messages).toString("hex", 0, 4)}: change categories before the user tires of them.`;
}

function json(res: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
