/**
 * Answers kept on disk, one JSON line each, appended only. A last line torn by a crash is cut off when the file is
 * opened. Several runs may append at once: a line is one write.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import type { ModelRequest, ProviderReply } from "./types.ts";

const lineSchema = z.object({
  key: z.string(),
  text: z.string(),
  thought: z.string().optional(),
  model: z.string(),
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number() }).optional(),
});

export class AnswerCache {
  private readonly answers = new Map<string, ProviderReply>();

  private constructor(private readonly file: string) {}

  static open(file: string): AnswerCache {
    const cache = new AnswerCache(file);
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file)) cache.read();
    return cache;
  }

  get size(): number {
    return this.answers.size;
  }

  get(key: string): ProviderReply | undefined {
    return this.answers.get(key);
  }

  /** Keeps an answer that ended by itself; the newest to a question counts. */
  put(key: string, reply: ProviderReply): void {
    if (reply.finish !== "stop" || this.answers.get(key)?.text === reply.text) return;
    this.answers.set(key, reply);
    const { text, thought, model, usage } = reply;
    const line = { key, text, ...(thought !== undefined && { thought }), model, ...(usage && { usage }) };
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }

  private read(): void {
    const bytes = readFileSync(this.file);
    const complete = bytes.lastIndexOf(0x0a) + 1;
    if (complete < bytes.length) truncateSync(this.file, complete);
    for (const line of bytes.toString("utf8", 0, complete).split("\n")) {
      const answer = lineSchema.safeParse(parseLine(line));
      if (!answer.success) continue;
      const { key, text, thought, model, usage } = answer.data;
      const thoughts = thought === undefined ? {} : { thought };
      this.answers.set(key, { text, ...thoughts, model, finish: "stop", ...(usage && { usage }) });
    }
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Whether an answer is worth keeping: never one that was cut, held back or empty. */
export function isUsable(request: ModelRequest, reply: ProviderReply): boolean {
  if (reply.finish !== "stop") return false;
  return request.isUsable?.(reply) ?? reply.text.trim() !== "";
}
