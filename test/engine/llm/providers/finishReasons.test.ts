/** Why a reply ended, in the words of different servers. */
import { describe, expect, it } from "vitest";
import { readReply } from "../../../../src/engine/llm/providers/replyBody.ts";

const finishOf = (reason: string | null): string => {
  const choices = [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: reason }];
  const reply = readReply(JSON.stringify({ choices }), "m");
  return "finish" in reply ? reply.finish : reply.kind;
};

describe("a server's reason for the end of a reply", () => {
  it.each([
    "length",
    "LENGTH",
    "max_tokens",
    "MAX_TOKENS",
    "max_length",
    "max_new_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "model_length",
    "model_context_window_exceeded",
    "context_length_exceeded",
    "token_limit",
    "ERROR_LIMIT",
    "truncated",
    "incomplete",
  ])("%s: it was cut", (reason) => {
    expect(finishOf(reason)).toBe("length");
  });

  it.each(["error", "abort", "aborted", "cancelled"])("%s: it broke off", (reason) => {
    expect(finishOf(reason)).toBe("broken");
  });

  it.each(["content_filter", "SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "sensitive"])(
    "%s: it was held back",
    (reason) => {
      expect(finishOf(reason)).toBe("filtered");
    },
  );

  it.each([
    null,
    "stop",
    "STOP",
    "eos",
    "eos_token",
    "stop_token",
    "stop_sequence",
    "end_turn",
    "COMPLETE",
    "tool_calls",
  ])("%s: it ended by itself", (reason) => {
    expect(finishOf(reason)).toBe("stop");
  });
});
