import { describe, expect, it } from "vitest";
import { json } from "../modelServer.ts";
import { outcomeAt, plainServer } from "../plainServer.ts";

/** The sentence of a pause, without the address at its beginning. */
async function toldOf(status: number, body: unknown, more: Parameters<typeof outcomeAt>[1] = {}): Promise<string> {
  const { base } = await plainServer((res, sent) =>
    json(res, status, typeof body === "function" ? body(sent.headers.authorization, sent.text) : body),
  );
  const { message } = await outcomeAt(base, { limits: { retries: 0 }, ...more });
  expect(message.startsWith(`${base} answered`)).toBe(true);
  return message.slice(base.length + 1);
}

describe("a server's own words", () => {
  it.each<[string, unknown, string]>([
    ["an error that is a text", { error: "out of memory" }, "out of memory"],
    ["an error with a message", { error: { message: "out of memory", type: "server_error" } }, "out of memory"],
    ["an error in a list", [{ error: { code: 500, message: "out of memory" } }], "out of memory"],
    ["a detail", { detail: "out of memory" }, "out of memory"],
    ["details in a list", { detail: [{ loc: ["body", "n"], msg: "too big" }, { msg: "no" }] }, "n: too big; no"],
    ["a message", { message: "out of memory", request_id: "1" }, "out of memory"],
    ["a message that holds details", { message: { detail: [{ loc: ["body", "n"], msg: "too big" }] } }, "n: too big"],
    ["a message that holds a message", { message: { message: "out of memory" } }, "out of memory"],
    ["errors in a list", { errors: [{ message: "out of memory" }, { message: "no" }] }, "out of memory; no"],
    ["a text in quotation marks", '"out of memory"', "out of memory"],
    ["a text of several lines", "out of memory\n  at main.cpp:17\n", "out of memory"],
    ["a problem's title", { title: "out of memory", status: 500 }, "out of memory"],
    [
      "what the server behind it said",
      { error: { message: "Provider returned error", code: 500, metadata: { raw: "out of memory" } } },
      "Provider returned error: out of memory",
    ],
    [
      "a web page",
      "<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head></html>",
      'a web page titled "Bad gateway"',
    ],
    [
      "a web page without a title",
      "<html><body><h1>Bad <b>gateway</b></h1><hr></html>",
      'a web page titled "Bad gateway"',
    ],
    ["a web page without words", "<html><meta name='viewport' content='width=1'></html>", "a web page"],
    ["the status once more", "500 Internal Server Error", "Internal Server Error"],
  ])("are told where they are %s", async (_, body, words) => {
    expect(await toldOf(500, body)).toBe(`answered 500: ${words}.`);
  });

  it.each([
    ["nothing", ""],
    ["an empty object", {}],
    ["a number", 7],
  ])("are not made up where the body is %s", async (_, body) => {
    expect(await toldOf(500, body)).toBe("answered with status 500 and no words.");
  });

  const nested = (before: string, inner: string, after: string, depth = 20_000): string =>
    before.repeat(depth) + inner + after.repeat(depth);

  it.each([
    ["lists in lists", `{"error":${nested("[", "", "]")}}`, "with status 400 and no words."],
    ["messages in messages", `{"error":${nested('[{"msg":', "1", "}]", 6000)}}`, "with status 400 and no words."],
    ["a code of lists", `{"error":{"code":${nested("[", "", "]")},"message":"no"}}`, "400: no."],
    ["a place of lists", `{"detail":[{"loc":["n",${nested("[", "", "]")}],"msg":"no"}]}`, "400: n: no."],
    ["a code that is no word", '{"error":{"code":{"toString":1},"message":"no"}}', "400: no."],
    ["a place that is no word", '{"detail":[{"loc":["n",{"toString":1}],"msg":"no"}]}', "400: n: no."],
  ])("are told, whatever stands beside them: %s", async (_, body, words) => {
    expect(await toldOf(400, body)).toBe(`answered ${words}`);
  });

  it("are told where an answer that claims success holds lists in lists", async () => {
    expect(await toldOf(200, `{"error":${nested("[", "", "]")}}`)).toBe("answered with status 200 and no words.");
  });

  it("keep their own full stop, of any script", async () => {
    expect(await toldOf(500, { error: "Really?" })).toBe("answered 500: Really?");
    expect(await toldOf(500, { error: "服务器繁忙。" })).toBe("answered 500: 服务器繁忙。");
  });

  it("are cut to one line without what a terminal would obey", async () => {
    const told = await toldOf(502, { error: `one\ntwo\r\n\u001b[31m${"three ".repeat(2000)}` });
    expect(told).toMatch(/^answered 502: one two \[31mthree three/);
    expect(told.length).toBeLessThan(300);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the test
    expect(told).not.toMatch(/[\u0000-\u001f]/);
  });

  it("are short whatever page a gateway sends", async () => {
    const page = `<!DOCTYPE html>\n<html><head><title>api | 502</title>${"<meta charset='utf-8' />\n".repeat(5000)}`;
    expect(await toldOf(502, page)).toBe('answered 502: a web page titled "api | 502".');
  });
});

describe("what was sent is no part of a message", () => {
  const prompt = "The user has watched 42 videos of cats,\nand left after the third slate of dogs and horses.";

  it.each<[string, (text: string) => unknown]>([
    ["as it was", () => ({ error: { message: `Cannot read: ${prompt} (end)` } })],
    ["as the body it came in", (text) => ({ error: `Invalid request: ${text}` })],
    ["in a list of details", () => ({ detail: [{ loc: ["body", "messages"], msg: `bad: ${prompt}`, input: prompt }] })],
    ["as a text", () => `bad request ${prompt}`],
  ])("when the server repeats the prompt %s", async (_, body) => {
    const told = await toldOf(500, (__: string, text: string) => body(text), { prompt });
    expect(told).toContain("[prompt]");
    expect(told).not.toMatch(/42 videos|slate of dogs/);
  });

  const key = "sk-live+0123/456=789";
  it.each<[string, (authorization: string) => string]>([
    ["as it was", (sent) => sent],
    ["as part of an address", (sent) => `https://x/?key=${encodeURIComponent(sent.replace("Bearer ", ""))}`],
    ["encoded", (sent) => Buffer.from(sent.replace("Bearer ", "")).toString("base64")],
  ])("when the server repeats the key %s", async (_, echo) => {
    const told = await toldOf(401, (sent: string) => ({ error: { message: `Received ${echo(sent)}` } }), {
      apiKey: key,
    });
    expect(told).toContain("[key]");
    expect(told).not.toMatch(/0123|c2stbGl2/);
  });
});
