import { readFileSync } from "node:fs";
import { type Prompt, parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import type { PromptRole } from "../../../src/protocol/promptRole.ts";

/** A prompt of the quickstart, as it is shipped. */
export const quickstartPrompt = (role: PromptRole): Prompt => {
  const name = `${role}.lerl.md`;
  return parsePrompt(name, readFileSync(new URL(`../../../examples/quickstart/${name}`, import.meta.url), "utf8"));
};
