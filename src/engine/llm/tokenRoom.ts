/**
 * How many tokens a model is given for one reply. An experiment and a prompt limit the answer (`maxTokens`); what a
 * reasoning model thinks before it counts against the server's limit too, so that room for it is learned per model: from
 * the server's count of it, and from replies that were cut before there was an answer.
 */
import { spoken } from "./thoughts.ts";
import type { ModelRequest, ProviderReply } from "./types.ts";

/** For an answer whose length nobody limits: a critic's is one sentence (docs/method.md, section 8). */
const DEFAULT_ANSWER: Readonly<Partial<Record<ModelRequest["role"], number>>> = { critic: 160 };
const LEAST_ROOM = 1024;
const MOST_ROOM = 16_384;
/** Thoughts differ in length; twice the longest seen is seldom too little. */
const RESERVE = 2;

/** Room that did not help so often is given no more: the role's answers are too long, and nothing was thought. */
const MOST_IN_VAIN = 2;
/** A piece of at most so many characters, so many times over and at least so many characters in all, is no longer meant. */
const CIRCLE = { longest: 400, times: 3, least: 60 } as const;

type Limited = Pick<ModelRequest, "role" | "model" | "maxTokens">;

export class TokenRoom {
  /** Tokens for thoughts, by model. */
  private readonly rooms = new Map<string, number>();
  /** By role and model, how often room did not help. */
  private readonly inVain = new Map<string, number>();
  /** Models that were seen to think. */
  private readonly thinkers = new Set<string>();

  /** Tokens of the whole reply; undefined: the server's own limit. @param most that the server takes */
  limitFor(request: Limited, most = Number.POSITIVE_INFINITY): number | undefined {
    const answer = answerTokens(request);
    return answer === undefined ? undefined : Math.min(most, answer + this.roomFor(request));
  }

  roomFor({ model }: Pick<Limited, "model">): number {
    return this.rooms.get(model) ?? 0;
  }

  /** After a complete reply: room for as much thought again. */
  learn(request: Limited, reply: ProviderReply): void {
    const needed = thoughtTokens(reply) * RESERVE;
    if (needed > 0) this.thinkers.add(request.model);
    if (needed > this.roomFor(request)) this.setRoom(request, needed);
  }

  /** Room from the start, for a model that is known to think. */
  expectThoughts(request: Limited): void {
    this.thinkers.add(request.model);
    if (this.roomFor(request) < LEAST_ROOM) this.setRoom(request, LEAST_ROOM);
  }

  /**
   * After a reply that was cut at `sent` tokens.
   * @param reply undefined where the server has none to show
   * @returns what takes the new room back, where it did not help; undefined where there is no more to give
   */
  grow(
    request: Limited,
    sent: number | undefined,
    reply?: ProviderReply,
    most = Number.POSITIVE_INFINITY,
  ): (() => void) | undefined {
    if (reply && isEndless(reply.text)) return undefined;
    const before = this.roomFor(request);
    const limit = this.limitFor(request, most);
    // Another reply of the same wave has been given more already.
    if (limit !== undefined && sent !== undefined && limit > sent) return () => undefined;
    if (limit === undefined || limit >= most || before >= MOST_ROOM) return undefined;
    // Room that has been given and not yet used for thoughts is no reason to give more.
    if (before > 0 && reply && isPlain(reply) && !this.thinkers.has(request.model)) return undefined;
    const whose = `${request.role} ${request.model}`;
    const times = this.inVain.get(whose) ?? 0;
    if (times >= MOST_IN_VAIN) return undefined;
    this.setRoom(request, Math.max(LEAST_ROOM, 4 * (before + (answerTokens(request) ?? 0))));
    const grown = this.roomFor(request);
    return () => {
      this.inVain.set(whose, times + 1);
      if (this.roomFor(request) === grown) this.setRoom(request, before);
    };
  }

  private setRoom({ model }: Pick<Limited, "model">, tokens: number): void {
    this.rooms.set(model, Math.min(MOST_ROOM, Math.ceil(tokens / 256) * 256));
  }
}

/** Whether a reply is an answer without thoughts. */
export const isPlain = (reply: ProviderReply): boolean =>
  spoken(reply.text).answer !== "" && thoughtTokens(reply) === 0;

/** Whether a reply that was cut goes round in circles: more room would be filled in the same way. */
export function isEndless(text: string): boolean {
  const end = text.slice(-CIRCLE.longest * CIRCLE.times);
  for (let length = 1; length * CIRCLE.times <= end.length; length++) {
    const times = Math.max(CIRCLE.times, Math.ceil(CIRCLE.least / length));
    if (end.endsWith(end.slice(-length).repeat(times))) return true;
  }
  return false;
}

const answerTokens = ({ role, maxTokens }: Limited): number | undefined => maxTokens ?? DEFAULT_ANSWER[role];

/** By the server's count, else by a quarter of the characters. */
export function thoughtTokens({ text, thought = "", usage }: ProviderReply): number {
  if (usage?.thoughtTokens !== undefined) return usage.thoughtTokens;
  const inside = spoken(text);
  return Math.ceil((thought.length + inside.thought.length) / 4);
}
