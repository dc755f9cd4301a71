import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { completion, json } from "../modelServer.ts";
import { outcomeAt, plainServer } from "../plainServer.ts";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const RUNNING = "Is the model server running, and on this port?";

describe("an address that is not quite right", () => {
  it.each([
    ["as Ollama says it", 404, "404 page not found"],
    [
      "as LM Studio says it, in an answer that claims success",
      200,
      { error: "Unexpected endpoint or method. (POST /chat/completions)" },
    ],
    ["as FastAPI says it", 404, { detail: "Not Found" }],
    ["in no words", 404, ""],
  ])("is told to end in /v1 where that is missing, %s", async (_, status, body) => {
    const { origin } = await plainServer((res, { url }) =>
      url === "/v1/chat/completions" ? json(res, 200, completion("ok")) : json(res, status, body),
    );
    const { how, message } = await outcomeAt(origin);
    expect(how).toBe("paused");
    expect(message).toContain(`The address has no /v1 at its end: try ${origin}/v1.`);
    expect(message).not.toContain("404 404");
    expect((await outcomeAt(`${origin}/v1`)).how).toBe("answered");
  });

  it("is not told so where it ends in a version", async () => {
    const { base } = await plainServer((res) => json(res, 404, { detail: "Not Found" }));
    const { message } = await outcomeAt(base);
    expect(message).toContain('Check the address and the model name "test-model".');
    expect(message).not.toContain("at its end");
  });

  it("of a web page that answers 200 is told so, and how addresses usually end", async () => {
    const { base, sent } = await plainServer((res) => json(res, 200, "<!doctype html><title>Sign in</title>"));
    const { how, message } = await outcomeAt(base, { requests: 4 });
    expect(how).toBe("paused");
    expect(message).toMatch(/a web page titled "Sign in" \(HTML\).*\/v1.*sign-in page/);
    expect(sent).toHaveLength(1);
  });

  it("where nobody listens asks whether the server runs on this port", async () => {
    const { how, message } = await outcomeAt(`http://127.0.0.1:${await freePort()}/v1`);
    expect(how).toBe("paused");
    expect(message).toContain(RUNNING);
    expect(message).toContain("ECONNREFUSED");
  });

  it("with https:// of a server without TLS says to leave it out", async () => {
    const { port } = await plainServer((res) => json(res, 200, completion("ok")));
    const { how, message } = await outcomeAt(`https://127.0.0.1:${port}/v1`);
    expect(how).toBe("paused");
    expect(message).toContain("Use http:// in the address.");
  });

  it("with a port that no program speaks HTTP to is not waited for", async () => {
    const { how, message } = await outcomeAt("http://127.0.0.1:6000/v1");
    expect(how).toBe("paused");
    expect(message).toContain("Give the port that the model server listens on.");
    expect(message).not.toContain(RUNNING);
  });

  it("of something else than HTTP says to check the port", async () => {
    const server = createServer((socket) => void socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { message } = await outcomeAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
    expect(message).toMatch(/does not answer in HTTP.*Check the port/);
  });
});

describe("a model that cannot answer", () => {
  it.each([
    ["is not pulled", 404, 'model "llama3.1:8b" not found, try pulling it first', /ollama pull test-model/],
    [
      "is not there",
      404,
      "The model `x` does not exist or you do not have access to it.",
      /Check the model name "test-model"/,
    ],
    ["embeds only, as Ollama says", 400, '"all-minilm" does not support chat', /"test-model" is no chat model/],
    ["embeds only, as LM Studio says", 400, "Failed to load model. Error: Model is not llm.", /is no chat model/],
    [
      "embeds only, as OpenAI says",
      404,
      "This is not a chat model and thus not supported in this endpoint",
      /is no chat model/,
    ],
    ["has no credit left", 402, "Insufficient Balance", /Add credit where the model is paid for/],
  ])("because it %s: the hint says what to do", async (_, status, message, hint) => {
    const { base } = await plainServer((res) => json(res, status, { error: { message } }));
    const told = await outcomeAt(base);
    expect(told.how).toBe("paused");
    expect(told.message).toContain(message.replace(/\.$/, ""));
    expect(told.message).toMatch(hint);
    expect(told.message).not.toContain("Check the key");
  });

  const llamaCpp = { type: "exceed_context_size_error", n_prompt_tokens: 5000, n_ctx: 4096 };
  it.each<[string, unknown, number]>([
    [
      "llama.cpp",
      { error: { message: "request (5000 tokens) exceeds the available context size (4096 tokens)" } },
      5120,
    ],
    [
      "llama.cpp, in numbers only",
      { error: { message: "the request exceeds the available context size", ...llamaCpp } },
      5120,
    ],
    [
      "OpenAI",
      {
        error: {
          message:
            "This model's maximum context length is 4096 tokens. However, your messages resulted in 5000 tokens.",
          code: "context_length_exceeded",
        },
      },
      5120,
    ],
    [
      "vLLM",
      { message: "This model's maximum context length is 4096 tokens. However, your request has 5000 input tokens." },
      5120,
    ],
    [
      "vLLM, of the prompt",
      { message: "The decoder prompt (length 5000) is longer than the maximum model length of 4096." },
      5120,
    ],
    ["Anthropic", { error: { message: "prompt is too long: 208,310 tokens > 200,000 maximum" } }, 208_384],
  ])("because its context is too small: the hint says how large it must be, %s", async (_, body, needed) => {
    const { base, sent } = await plainServer((res) => json(res, 400, body));
    const { how, message } = await outcomeAt(base, { ask: { maxTokens: 50 }, requests: 3 });
    expect(how).toBe("paused");
    expect(message).toContain(`Give the model a context of at least ${needed} tokens (Ollama: num_ctx,`);
    expect(sent).toHaveLength(1);
  });

  it("because its context is too small: where nobody counts, the prompt's length is taken", async () => {
    const { base } = await plainServer((res) => json(res, 400, { error: "input is too long" }));
    const { message } = await outcomeAt(base, { prompt: "long ".repeat(1000) });
    expect(Number(/at least (\d+) tokens/.exec(message)?.[1])).toBeGreaterThanOrEqual(1280);
  });

  it("because of a limit per minute: the hint is not a larger context", async () => {
    const message = "Request too large for model `x` on tokens per minute (TPM): Limit 500, Requested 890";
    const { base } = await plainServer((res) => json(res, 413, { error: { message } }));
    const told = await outcomeAt(base);
    expect(told.message).toMatch(/Limit 500, Requested 890\. Shorten the prompt/);
    expect(told.message).not.toContain("context of");
  });
});
