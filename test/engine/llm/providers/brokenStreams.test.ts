/** Streams that end before the reply does, and servers that keep a connection open while nothing comes. */
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { completion, hurried, json, never, request, rig } from "../modelServer.ts";
import { plainServer } from "../plainServer.ts";

const event = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
const begin = (res: ServerResponse, text: string) => {
  res.writeHead(200, { "content-type": "text/event-stream" });
  res.write(text);
};

describe("a stream that breaks off", () => {
  it.each<[string, (res: ServerResponse) => void]>([
    [
      "between two events",
      (res) => {
        begin(res, event("Users who see"));
        res.end();
      },
    ],
    [
      "inside an event",
      (res) => {
        begin(res, `${event("Users who see")}data: {"choi`);
        res.end();
      },
    ],
    [
      "with its connection",
      (res) => {
        begin(res, event("Users who see"));
        setTimeout(() => res.destroy(), 20);
      },
    ],
    [
      "with a reason that is an error",
      (res) => {
        begin(res, `data: ${JSON.stringify({ choices: [{ delta: { content: "Us" }, finish_reason: "error" }] })}\n\n`);
        res.end();
      },
    ],
  ])("%s is no answer: the whole is asked for in one piece", async (_, breakOff) => {
    const { base, sent } = await plainServer((res, { body }) =>
      body.stream ? breakOff(res) : json(res, 200, completion("Users who see dance stay.")),
    );
    const { scheduler, blocks } = rig(base, {}, { clock: hurried });
    const { text } = await scheduler.complete(request("a"), never);
    expect(text).toBe("Users who see dance stay.");
    expect(sent.map(({ body }) => body.stream ?? false)).toEqual([true, false]);
    expect(blocks).toEqual([]);
  });
});

describe("a server that keeps the connection open and sends no token", () => {
  it.each([
    ["comments of a stream", ": PROCESSING\n\n"],
    ["blank lines", "\n"],
  ])("is given up in time: %s", async (_, ping) => {
    const { base, sent } = await plainServer((res, _sent, nth) => {
      if (nth > 1) return json(res, 200, completion("done"));
      begin(res, ping);
      const timer = setInterval(() => res.write(ping), 30);
      res.once("close", () => clearInterval(timer));
    });
    const { scheduler, rows } = rig(base, { timeoutSeconds: 0.4, retries: 2 });
    expect((await scheduler.complete(request("a"), never)).text).toBe("done");
    expect(sent).toHaveLength(2);
    expect(rows[0]?.attempts).toBe(2);
  });
});
