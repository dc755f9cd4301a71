/** Recorded answers only, from a run's llm.jsonl: the network is never used, and a request nobody recorded is an error. */
import type { ReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { InputError, messageOf } from "../../errors.ts";
import { openRegular } from "../../regularFile.ts";
import { ProviderError } from "../errors.ts";
import { contentKey } from "../requestKey.ts";
import type { CallRow, ModelRequest, Provider, ProviderReply } from "../types.ts";

type Recorded = Pick<
  CallRow,
  | "id"
  | "key"
  | "reply"
  | "thought"
  | "finish"
  | "model"
  | "tokensIn"
  | "tokensOut"
  | "tokensEstimated"
  | "error"
  | "errorKind"
>;

/** Answers to one and the same request, in the order they were recorded; the last one stands for all after it. */
class Recordings {
  private next = 0;

  constructor(private readonly rows: readonly Recorded[]) {}

  take(): Recorded | undefined {
    const row = this.rows[Math.min(this.next, this.rows.length - 1)];
    this.next++;
    return row;
  }
}

export class ReplayProvider implements Provider {
  readonly kind = "replay";
  readonly baseUrl = "";
  private readonly byCall: ReadonlyMap<string, Recordings>;
  private readonly byContent: ReadonlyMap<string, Recordings>;

  constructor(
    rows: readonly Recorded[],
    private readonly source: string,
  ) {
    const usable = rows.filter(({ errorKind }) => errorKind !== "aborted");
    this.byCall = grouped(usable, ({ id, key }) => `${id} ${key}`);
    this.byContent = grouped(usable, ({ key }) => key);
  }

  /**
   * @param file an llm.jsonl; a torn last line is ignored
   * @throws InputError when the file cannot be read or a line is no recorded call
   */
  static async open(file: string): Promise<ReplayProvider> {
    const rows: Recorded[] = [];
    let torn: InputError | undefined;
    let number = 0;
    let input: ReadStream | undefined;
    try {
      input = (await openRegular(file)).createReadStream();
      for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        if (torn) throw torn;
        number++;
        const row = parseRow(line);
        if (row) rows.push(row);
        else
          torn = new InputError(
            "replay.line",
            `${file}:${number}: not a recorded model call. Use the run's own llm.jsonl.`,
          );
      }
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(
        "replay.file",
        `${file}: ${messageOf(error)}. planner.replayFrom and critic.replayFrom name a run folder with an llm.jsonl.`,
      );
    } finally {
      input?.destroy();
    }
    return new ReplayProvider(rows, file);
  }

  /** The session and step that asked get their own answer back; anybody else one to the same question. */
  async send(request: ModelRequest): Promise<ProviderReply> {
    const key = contentKey(request);
    const row = (this.byCall.get(`${request.id} ${key}`) ?? this.byContent.get(key))?.take();
    if (!row) {
      throw new ProviderError(
        "miss",
        `${this.source} holds no answer for ${request.id}. A replay needs the experiment, the prompts and the seed of the recorded run.`,
      );
    }
    if (row.error !== undefined) throw new ProviderError("request", row.error);
    return {
      text: row.reply,
      ...(row.thought !== undefined && { thought: row.thought }),
      finish: row.finish,
      model: row.model,
      ...(!row.tokensEstimated && { usage: { inputTokens: row.tokensIn, outputTokens: row.tokensOut } }),
    };
  }
}

function grouped(rows: readonly Recorded[], nameOf: (row: Recorded) => string): ReadonlyMap<string, Recordings> {
  const groups = new Map<string, Recorded[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return new Map([...groups].map(([name, group]) => [name, new Recordings(group)]));
}

function parseRow(line: string): Recorded | undefined {
  try {
    const row: unknown = JSON.parse(line);
    const isRow = typeof row === "object" && row !== null && "key" in row && "reply" in row && "id" in row;
    return isRow ? (row as Recorded) : undefined;
  } catch {
    return undefined;
  }
}
