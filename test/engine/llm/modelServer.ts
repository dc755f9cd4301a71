import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type ChatCompletionRequest, type JournalEntry, LLMock, type Mountable } from "@copilotkit/aimock";
import type { AnswerCache } from "../../../src/engine/llm/answerCache.ts";
import type { Blocked } from "../../../src/engine/llm/blocked.ts";
import { Budget } from "../../../src/engine/llm/budget.ts";
import { OpenAiProvider } from "../../../src/engine/llm/providers/openai.ts";
import { ReplyWatch } from "../../../src/engine/llm/replyWatch.ts";
import { Scheduler } from "../../../src/engine/llm/scheduler.ts";
import type { CallRow, Clock, ModelLimits, ModelRequest, Provider } from "../../../src/engine/llm/types.ts";
import { systemClock } from "../../../src/engine/llm/waiting.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { modelLimitsSchema } from "../../../src/protocol/experiment/models.ts";

/** A real HTTP server on a free port of this machine that answers as OpenAI's does. */
export async function startServer(port = 0): Promise<LLMock> {
  const server = new LLMock({ host: "127.0.0.1", port });
  await server.start();
  return server;
}

/** Answers every chat request with what `reply` makes of it, after `latencyMs`. */
export function answerAll(server: LLMock, reply: (request: ChatCompletionRequest) => string, latencyMs = 0): void {
  server.on({ endpoint: "chat" }, async (request) => {
    if (latencyMs > 0) await sleep(latencyMs);
    return { content: reply(request) };
  });
}

export function journalOf(server: LLMock): readonly JournalEntry[] {
  return server.getRequests();
}

const unanswered = new Set<ServerResponse>();

/** Ends what scripted mounts have left hanging, so that a server can stop at once. */
export function hangUp(): void {
  for (const res of unanswered) res.destroy();
  unanswered.clear();
}

/** A mount whose every request is handed to the next of `handlers`, the last one for ever; counts them. */
export function scriptedMount(...handlers: readonly ((res: ServerResponse, req: IncomingMessage) => void)[]) {
  let requests = 0;
  const mount: Mountable = {
    async handleRequest(req, res) {
      for await (const _ of req);
      const handler = handlers[Math.min(requests, handlers.length - 1)];
      requests++;
      unanswered.add(res);
      res.once("close", () => unanswered.delete(res));
      handler?.(res, req);
      return true;
    },
  };
  return { mount, requests: () => requests };
}

export const json = (res: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
  res.writeHead(status, { "content-type": "application/json", ...headers });
  res.end(typeof body === "string" ? body : JSON.stringify(body));
};

export const completion = (content: string, finish = "stop") => ({
  id: "c",
  object: "chat.completion",
  created: 0,
  model: "test-model",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: finish }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
});

export function request(text: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    id: `planner-${text}`,
    role: "planner",
    promptHash: "0".repeat(16),
    model: "test-model",
    messages: [
      { role: "system", content: "S" },
      { role: "user", content: text },
    ],
    repeat: 0,
    ...more,
  };
}

/** Real time, but a wait of a second takes a hundredth of it. */
export const hurried: Clock = {
  now: () => systemClock.now() * 100,
  sleep: (ms, signal) => systemClock.sleep(ms / 100, signal),
};

export interface Rig {
  readonly scheduler: Scheduler;
  readonly rows: CallRow[];
  readonly blocks: Blocked[];
  readonly budget: Budget;
  /** Resolves the block that is waiting. */
  resume(): void;
  /** Waits for the n-th block (from 1). */
  blocked(n: number): Promise<Blocked>;
}

export function rig(
  provider: Provider | string,
  limits: Partial<ModelLimits> = {},
  more: {
    readonly cache?: AnswerCache;
    readonly clock?: Clock;
    readonly apiKey?: string;
    /** Hears of each row once it is kept. */
    readonly recorded?: (row: CallRow) => void;
  } = {},
): Rig {
  // In hurried time a busy machine must still answer in time.
  const all = modelLimitsSchema.parse({ ...(more.clock === hurried && { timeoutSeconds: 1000 }), ...limits });
  const rows: CallRow[] = [];
  const blocks: Blocked[] = [];
  const budget = new Budget(all);
  let resume: () => void = () => undefined;
  const scheduler = new Scheduler({
    provider:
      typeof provider === "string"
        ? new OpenAiProvider({ baseUrl: provider, ...(more.apiKey && { apiKey: more.apiKey }) })
        : provider,
    limits: all,
    budget,
    ...(more.cache && { cache: more.cache }),
    record: (row) => {
      rows.push(row);
      more.recorded?.(row);
    },
    onBlocked: (block) => {
      blocks.push(block);
      return new Promise<void>((resolve) => {
        resume = resolve;
      });
    },
    clock: more.clock ?? systemClock,
    jitter: new RandomStream(1, "retry"),
  });
  const blocked = async (n: number) => {
    while (blocks.length < n) await sleep(2);
    return blocks[n - 1] as Blocked;
  };
  return { scheduler, rows, blocks, budget, resume: () => resume(), blocked };
}

/** Looks on whatever the replies are. */
export const onlooker = (role: ModelRequest["role"]): ReplyWatch =>
  new ReplyWatch({ role, share: () => 1, pause: () => Promise.resolve() });

export const never = new AbortController().signal;

export const attemptsOf = (rows: readonly CallRow[]) => rows.reduce((sum, { attempts }) => sum + attempts, 0);
