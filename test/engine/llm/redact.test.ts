import { expect, it } from "vitest";
import { redactor } from "../../../src/engine/llm/redact.ts";

const SECRET = "sk-Secret.0123+456/789=";

it.each([
  ["as it is", SECRET],
  ["in capitals", SECRET.toUpperCase()],
  ["with what nobody sees between its letters", [...SECRET].join("\u200b")],
  ["as part of an address", encodeURIComponent(SECRET)],
  ["in base64", Buffer.from(SECRET).toString("base64")],
])("a key is taken out of a text %s", (_, written) => {
  expect(redactor(SECRET)(`wrong key ${written}, try again`)).toBe("wrong key [key], try again");
});

it("a text without it stays as it is, and a word for a key is none", () => {
  expect(redactor(SECRET)("sk-Secret x0123+456/789=")).toBe("sk-Secret x0123+456/789=");
  expect(redactor("ollama")("ollama is loading")).toBe("ollama is loading");
});
