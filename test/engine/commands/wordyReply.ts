/** A scripted planner that reads its prompt: the word VARIETY in it makes longer plans. */
import { createHash } from "node:crypto";
import { type Asked, candidatesIn } from "./chatServer.ts";

type Messages = Asked["messages"];

/** By the prompt's content, less the words that are tried: one and the same without them. */
export function wordyReply(messages: Messages): string {
  const text = messages.map(({ content }) => content).join("\n");
  const candidates = candidatesIn(messages);
  const digest = createHash("sha256")
    .update(text.replace(/(VARIETY|SYNONYM) /g, ""))
    .digest();
  const drawn = [...digest].map((byte) => candidates[byte % candidates.length] ?? "");
  return JSON.stringify({ categories: [...new Set(drawn)].slice(0, text.includes("VARIETY") ? 6 : 2) });
}
