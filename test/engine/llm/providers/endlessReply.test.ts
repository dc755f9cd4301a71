/** Replies that never end, as a server that is broken or means harm sends them. */
import { expect, it } from "vitest";
import { isStreamDone } from "../../../../src/engine/llm/providers/replyBody.ts";
import { serverWords } from "../../../../src/engine/llm/providers/serverWords.ts";
import { readText } from "../../../../src/engine/llm/providers/transport.ts";
import { never, request, rig } from "../modelServer.ts";
import { plainServer } from "../plainServer.ts";

const PART = `data: ${JSON.stringify({ choices: [{ delta: { content: "blah ".repeat(2000) } }] })}\n\n`;

it("an endless reply is cut off while it arrives, and not asked for again", async () => {
  let sent = 0;
  const closed: Promise<void>[] = [];
  const server = await plainServer((res) => {
    res.writeHead(200, { "content-type": "text/event-stream" });
    closed.push(new Promise((resolve) => res.on("close", resolve)));
    const more = (): void => {
      while (!res.destroyed && res.write(PART)) sent += PART.length;
      if (!res.destroyed) res.once("drain", more);
    };
    more();
  });
  const asked = rig(server.base).scheduler.complete(request("a"), never);
  await expect(asked).rejects.toMatchObject({
    kind: "request",
    message: expect.stringContaining("sent a reply of more than 8388608 bytes; it was cut off there"),
  });
  await Promise.all(closed);
  expect(closed).toHaveLength(1);
  expect(sent).toBeLessThan(32 * 1024 * 1024);
});

it("a long reply that comes letter by letter is read as it comes", async () => {
  const letters = function* () {
    for (let i = 0; i < 200_000; i++) yield Uint8Array.of(0x61);
  };
  const before = process.cpuUsage();
  expect(await readText(new Response(ReadableStream.from(letters())), undefined, undefined, isStreamDone)).toHaveLength(
    200_000,
  );
  const { user, system } = process.cpuUsage(before);
  // Copied anew with each letter it would take minutes.
  expect((user + system) / 1e6).toBeLessThan(4);
});

it("words that are nearly those of a long prompt are told from it at once", () => {
  const words = `${"a".repeat(23)}b`.repeat(170);
  const before = process.cpuUsage();
  serverWords(JSON.stringify({ error: words }), [{ content: "a".repeat(400_000) }]);
  const { user, system } = process.cpuUsage(before);
  // Searched for one by one they would take twice as long.
  expect((user + system) / 1e6).toBeLessThan(2.5);
});
