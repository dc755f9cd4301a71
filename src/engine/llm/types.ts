/** What everything in front of and behind a language model agrees on (docs/models.md). */
import type * as z from "zod";
import type { ModelCall } from "../../protocol/engine.ts";
import type { modelLimitsSchema } from "../../protocol/experiment/models.ts";
import type { PromptRole } from "../../protocol/promptRole.ts";

export type ModelLimits = z.output<typeof modelLimitsSchema>;

export interface Message {
  readonly role: "system" | "user";
  readonly content: string;
}

/** A JSON Schema the reply should follow: every field required, no additional ones; its lists may have bounds. */
export interface ReplySchema {
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface ModelRequest {
  /** Names the call's row in llm.jsonl. */
  readonly id: string;
  readonly role: PromptRole;
  readonly promptHash: string;
  readonly model: string;
  readonly messages: readonly Message[];
  readonly schema?: ReplySchema;
  readonly temperature?: number;
  readonly seed?: number;
  /** Of the answer; what a model thinks before it comes on top (tokenRoom.ts). */
  readonly maxTokens?: number;
  /** For reasoning models, where the server takes it. */
  readonly reasoningEffort?: string;
  /** Tells an answer worth keeping from one that must be asked for again; no part of the question. */
  readonly isUsable?: (reply: ProviderReply) => boolean;
  /** Asks for another answer to the same question: 0 the first time. */
  readonly repeat: number;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Counted by characters / 4 because the server gave none. */
  readonly estimated: boolean;
  /** Of the input, read from the server's prefix cache; absent where it does not say. */
  readonly cachedTokens?: number;
}

/**
 * Why a reply ended. `length`: it was cut and must not be repaired; `filtered`: held back by the server's content
 * filter; `refused`: its text says why the model does not answer.
 */
export const finishes = ["stop", "length", "filtered", "refused"] as const;
export type Finish = (typeof finishes)[number];

export interface Completion {
  readonly text: string;
  /** What the server told apart as thoughts. */
  readonly thought?: string;
  readonly finish: Finish;
  readonly usage: Usage;
  /** Requests sent for it; 0 from the cache or a request in flight. */
  readonly attempts: number;
  /** Of the request that was answered, queues and waits left out. */
  readonly latencyMs: number;
  readonly cached: boolean;
  readonly model: string;
}

/** `scheduler.complete`, as planners and critics see it. */
export type Complete = (request: ModelRequest, signal: AbortSignal) => Promise<Completion>;

export interface ProviderReply {
  readonly text: string;
  readonly thought?: string;
  readonly finish: Finish;
  readonly model: string;
  readonly usage?: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    /** Of the output, where the server counts them apart. */
    readonly thoughtTokens?: number;
    readonly cachedTokens?: number;
  };
}

/** Tokens that replies are given (tokenRoom.ts). */
export interface ReplyRoom {
  /** Of the whole reply, thoughts included; undefined: the server's own limit. */
  limitFor(request: ModelRequest): number | undefined;
  /** After a complete reply. */
  learn(request: ModelRequest, reply: ProviderReply): void;
  /** After a reply that was cut at `sent` tokens. Returns what takes the new room back; undefined where there is no more to give. */
  grow(request: ModelRequest, sent: number | undefined, reply?: ProviderReply): (() => void) | undefined;
}

/** What a provider tells while an answer is on its way. */
export interface Watch {
  /** The server gave a sign of life: a time-out counts silence. */
  readonly heard: () => void;
}

/** Sends one request, once: retries, limits and waiting are the scheduler's. */
export interface Provider {
  readonly kind: "openai" | "vscode" | "replay";
  /** Part of the cache key; without credentials. Empty where there is no address. */
  readonly baseUrl: string;
  /** Limits of the provider's own, below the experiment's. */
  readonly caps?: { readonly concurrency?: number; readonly calls?: number };
  /** What its models need beside the answer. */
  readonly room?: ReplyRoom;
  /** Requests the server works on at once, where it says so; asked once. */
  readonly slots?: () => Promise<number | undefined>;
  /** @throws ProviderError */
  send(request: ModelRequest, signal: AbortSignal, watch?: Watch): Promise<ProviderReply>;
}

/** One line of llm.jsonl. */
export interface CallRow extends ModelCall {
  /** Key of the request (`requestKey`); what the replay provider looks up. */
  readonly key: string;
  readonly finish: Finish;
  /** What the server told apart as thoughts. */
  readonly thought?: string;
  /** What `error` is about. `aborted` rows say how many requests were sent, and are never replayed. */
  readonly errorKind?: "failed" | "aborted";
}

/** Time as the scheduler sees it. */
export interface Clock {
  /** Milliseconds from any origin, never going back. */
  now(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
