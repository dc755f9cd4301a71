/** Stands between the product and a model's server, changes nothing, and counts what the server was asked and answered. */
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";

export class CountingProxy {
  /** Questions that came, in order, as they were sent. */
  readonly questions: string[] = [];
  /** Questions the product gave up before they were answered. */
  abandoned = 0;
  /** Answers with another status. */
  refused = 0;
  private readonly server = createServer((asked, answer) => void this.pass(asked, answer));

  /** @param baseUrl of the model's server, with its path */
  constructor(private readonly baseUrl: URL) {}

  /** The address that stands for the server's. */
  async open(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${this.baseUrl.pathname.replace(/\/$/, "")}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = Buffer.concat(await asked.toArray());
    const isQuestion = asked.url?.includes("/chat/completions") === true;
    if (isQuestion) this.questions.push(body.toString());
    const { host: _, ...headers } = asked.headers;
    const target = new URL(asked.url ?? "/", this.baseUrl);
    const ask = target.protocol === "https:" ? httpsRequest : httpRequest;
    const passed = ask(target, { method: asked.method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
      reply.on("error", () => answer.destroy());
    });
    passed.on("error", () => answer.destroy());
    answer.on("close", () => {
      passed.destroy();
      if (!isQuestion) return;
      if (!answer.writableFinished) this.abandoned++;
      else if (answer.statusCode !== 200) this.refused++;
    });
    passed.end(body);
  }
}
