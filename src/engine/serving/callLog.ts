/**
 * The model calls of a run or a trial: a row each in `llm.jsonl`. Prompts repeat most of what they say, so a row names the
 * paragraphs of its messages by hash, and `prompts.jsonl` beside it holds every paragraph once.
 */
import { createHash } from "node:crypto";
import type { CallRow, Message } from "../llm/types.ts";
import { orUndo } from "../store/files.ts";
import { JsonLinesWriter, type RowsEnd, wholeLines } from "../store/jsonLines.ts";

/** A folder that calls are kept in. */
interface CallFolder {
  file(name: "llm" | "prompts"): string;
  /** Asked before every write; throws where the folder is another process's by now. */
  readonly assertOwned?: () => void;
}

/** One line of prompts.jsonl. */
export interface PromptText {
  readonly hash: string;
  readonly text: string;
}

/** A message by the hashes of its paragraphs, in order. */
interface StoredMessage extends Pick<Message, "role"> {
  readonly texts: readonly string[];
}

/** One line of llm.jsonl; those of earlier versions hold the messages themselves. */
export interface StoredCall extends Omit<CallRow, "messages"> {
  readonly messages: readonly (Message | StoredMessage)[];
}

export class CallLog {
  private constructor(
    private readonly prompts: JsonLinesWriter<PromptText>,
    private readonly calls: JsonLinesWriter<StoredCall>,
    /** Hashes of the texts in prompts.jsonl. */
    private readonly known: Set<string>,
  ) {}

  /**
   * @param ends where rows are known to end: they are not counted again
   * @throws InputError `store.unwritable`, `store.unreadable`
   */
  static async open(folder: CallFolder, ends: Partial<CallLog["ends"]> = {}): Promise<CallLog> {
    const known = new Set<string>();
    for await (const { hash } of promptTexts(folder.file("prompts"))) known.add(hash);
    const { assertOwned } = folder;
    const prompts = await JsonLinesWriter.counting<PromptText>(folder.file("prompts"), assertOwned, ends.prompts);
    const calls = await orUndo(
      () => JsonLinesWriter.counting<StoredCall>(folder.file("llm"), assertOwned, ends.llm),
      () => prompts.close(),
    );
    return new CallLog(prompts, calls, known);
  }

  /** Where the rows of both files end that the system has. */
  get ends(): { readonly llm: RowsEnd; readonly prompts: RowsEnd } {
    return { llm: this.calls.end, prompts: this.prompts.end };
  }

  /**
   * A call is paid for: its row outlives this process once this returns. Its texts are written first: a process killed in
   * between leaves a text that no row names.
   *
   * @throws LerlError `store.disk-full`; texts and row are kept for the next try
   */
  append(call: CallRow): void {
    const messages = call.messages.map(({ role, content }) => ({ role, texts: this.named(content) }));
    this.calls.hold({ ...call, messages });
    this.flush();
  }

  flush(): void {
    this.prompts.flush();
    this.calls.flush();
  }

  async sync(): Promise<void> {
    await this.prompts.sync();
    await this.calls.sync();
  }

  async close(): Promise<void> {
    try {
      await this.prompts.close();
    } finally {
      await this.calls.close();
    }
  }

  /** The hashes of a content's paragraphs, which prompts.jsonl holds from here on. */
  private named(content: string): readonly string[] {
    return paragraphsOf(content).map((text) => {
      const hash = hashOf(text);
      if (!this.known.has(hash)) this.prompts.hold({ hash, text });
      this.known.add(hash);
      return hash;
    });
  }
}

/**
 * Calls with their messages as they were sent; a text that is missing is said in its place.
 *
 * @param prompts the prompts.jsonl beside them
 * @throws InputError `store.unreadable`
 */
export async function withMessages(calls: readonly StoredCall[], prompts: string): Promise<readonly CallRow[]> {
  const wanted = new Set(calls.flatMap(({ messages }) => messages.flatMap((m) => ("texts" in m ? m.texts : []))));
  const found = new Map<string, string>();
  if (wanted.size > 0) {
    for await (const { hash, text } of promptTexts(prompts)) if (wanted.has(hash)) found.set(hash, text);
  }
  const whole = (message: Message | StoredMessage): Message => {
    if ("content" in message) return message;
    return { role: message.role, content: message.texts.map((hash) => found.get(hash) ?? MISSING).join("") };
  };
  return calls.map(({ messages, ...call }) => ({ ...call, messages: messages.map(whole) }));
}

const MISSING = "[This part of the prompt is missing from prompts.jsonl.]\n\n";

/** Parts that give the content when joined: each ends behind its empty lines. */
const paragraphsOf = (content: string): readonly string[] => content.split(/(?<=\n\n)(?!\n)/);

/** 128 bits: nobody finds two texts of one hash. */
const hashOf = (text: string): string => createHash("sha256").update(text).digest().toString("base64url", 0, 16);

/** The texts of a prompts.jsonl. A damaged line is left out: whoever misses its text says so. */
async function* promptTexts(file: string): AsyncGenerator<PromptText> {
  for await (const line of wholeLines(file)) {
    const row = rowOf(line.text);
    if (row) yield row;
  }
}

function rowOf(line: string): PromptText | undefined {
  try {
    const { hash, text }: Partial<PromptText> = JSON.parse(line);
    return typeof hash === "string" && typeof text === "string" ? { hash, text } : undefined;
  } catch {
    return undefined;
  }
}
