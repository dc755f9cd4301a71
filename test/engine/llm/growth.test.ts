import { describe, it } from "vitest";
import { readReflection } from "../../../src/engine/critic/readReflection.ts";
import { shortLine } from "../../../src/engine/llm/excerpt.ts";
import { isThisMachine, serverUrl } from "../../../src/engine/llm/providers/address.ts";
import { isKeepAlive, isStreamDone, readReply } from "../../../src/engine/llm/providers/replyBody.ts";
import { plainNumbers, serverWords } from "../../../src/engine/llm/providers/serverWords.ts";
import { askedWait } from "../../../src/engine/llm/providers/waits.ts";
import { jsonValues } from "../../../src/engine/llm/structured.ts";
import { spoken } from "../../../src/engine/llm/thoughts.ts";
import { PlanParser } from "../../../src/engine/planner/planParsing.ts";
import { completeAddress, isServerAddress } from "../../../src/protocol/serverAddress.ts";
import { anyAdversaries, replyAdversaries } from "../support/adversarial.ts";
import { expectLinear } from "../support/growth.ts";

const parser = new PlanParser(Array.from({ length: 30 }, (_, id) => ({ id, name: `Category ${id}` })));

function address(text: string): void {
  isThisMachine({ hostname: text } as URL);
  completeAddress(text);
  if (isServerAddress(text)) serverUrl(text.split(/[?#@]/)[0] ?? "");
}

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  thoughts: spoken,
  "JSON in words": jsonValues,
  "a plan": (text) => [parser.parse(text, "stop"), parser.parse("", "stop", text), parser.setPrompt(text)],
  "a reflection": (text) => readReflection(text, "stop"),
  "a server's body": (text) => [readReply(text, "m"), isKeepAlive(text), isStreamDone(text)],
  "a server's words": (text) => [
    serverWords(text, [{ content: text }]),
    serverWords(JSON.stringify({ error: { message: text } }), [{ content: text }]),
    plainNumbers(text),
    shortLine(text, 50),
  ],
  "a server's wait": (text) => askedWait(new Headers({ "retry-after": text.replace(/[^ -~]/g, "") }), text, 0),
  "an address": address,
};

describe("the time to read a reply grows as its text, no faster", () => {
  it.each(Object.entries(readers))("%s", (name, read) => {
    for (const [text, write] of [...anyAdversaries, ...replyAdversaries])
      expectLinear(`${name}, ${text}`, 4000, (length) => {
        const written = write(length);
        return () => read(written);
      });
  });
});
