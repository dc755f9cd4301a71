/**
 * Answers kept on disk, one JSON line each, appended only; in memory is where each of them lies. Several processes may
 * append at once: a line is one write, and what others have added is found with the next answer that is kept.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { basename, dirname } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import * as z from "zod";
import type { AnswerCache } from "../llm/answerCache.ts";
import type { ProviderReply } from "../llm/types.ts";
import { openRegularSync, requireRegular } from "../regularFile.ts";
import { APPENDING, fileError, isMissing } from "../store/files.ts";
import { CHUNK_BYTES, LineCutter } from "../store/lines.ts";
import { makeBelow } from "../store/storage.ts";

const lineSchema = z.object({
  key: z.string(),
  text: z.string(),
  thought: z.string().optional(),
  model: z.string(),
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number() }).optional(),
});
type AnswerLine = z.output<typeof lineSchema>;

/** Where a line lies in the file, in bytes. */
interface Place {
  readonly start: number;
  readonly end: number;
}

export class AnswerFile implements AnswerCache {
  private readonly places = new Map<string, Place>();
  /** Of the file that the places lie in; another may have taken its place. */
  private inode: number | undefined;
  /** Behind the last whole line that was read. */
  private end = 0;
  private lines = 0;
  /** Lines that are no answers, and the first of them. */
  private strays = 0;
  private firstStray = 0;
  private fails = false;

  private constructor(
    private readonly file: string,
    private readonly warn: (message: string) => void,
  ) {}

  /**
   * @param file `answersFile` of the workspace
   * @param warn told, once each, of what cannot be used and that answers cannot be kept; all goes on without
   */
  static async open(file: string, warn: (message: string) => void): Promise<AnswerFile> {
    const answers = new AnswerFile(file, warn);
    try {
      const folder = dirname(file);
      await makeBelow(dirname(folder), basename(folder));
      await answers.readAll();
    } catch (error) {
      answers.giveUp(error);
    }
    return answers;
  }

  get size(): number {
    return this.places.size;
  }

  get(key: string): ProviderReply | undefined {
    const place = this.places.get(key);
    const answer = place && this.answerAt(place);
    if (answer?.key !== key) {
      // The file was changed by hand, or is gone.
      this.places.delete(key);
      return undefined;
    }
    const { text, thought, model, usage } = answer;
    return { text, ...(thought !== undefined && { thought }), model, finish: "stop", ...(usage && { usage }) };
  }

  put(key: string, reply: ProviderReply): void {
    if (this.fails || reply.finish !== "stop" || this.get(key)?.text === reply.text) return;
    const { text, thought, model, usage } = reply;
    const line = { key, text, ...(thought !== undefined && { thought }), model, ...(usage && { usage }) };
    try {
      this.append(`${JSON.stringify(line)}\n`);
    } catch (error) {
      this.giveUp(error);
    }
  }

  private giveUp(error: unknown): void {
    if (this.fails) return;
    this.fails = true;
    this.warn(
      `Models' answers are not kept from here on, so what is asked twice is paid for twice. ${fileError(error, this.file).message}`,
    );
  }

  private append(line: string): void {
    const descriptor = openSync(this.file, APPENDING);
    try {
      requireRegular(this.file, fstatSync(descriptor));
      for (const _ of this.catchUp(descriptor));
      // Behind a line that was torn, or that another process is about to end.
      const isTorn = fstatSync(descriptor).size > this.end;
      const bytes = Buffer.from(isTorn ? `\n${line}` : line);
      for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
      for (const _ of this.catchUp(descriptor));
    } finally {
      closeSync(descriptor);
    }
  }

  private async readAll(): Promise<void> {
    let descriptor: number;
    try {
      descriptor = openRegularSync(this.file);
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    try {
      for (const _ of this.catchUp(descriptor)) await breathe();
      this.tellStrays(fstatSync(descriptor).size > this.end);
    } finally {
      closeSync(descriptor);
    }
  }

  private tellStrays(isTorn: boolean): void {
    const torn = isTorn ? 1 : 0;
    if (this.strays + torn === 0) return;
    const first = this.strays > 0 ? this.firstStray : this.lines + 1;
    this.warn(
      `${this.file}: ${this.strays + torn} of ${this.lines + torn} lines are torn or no answers, from line ${first} on; they are left out. Delete them, or the whole file if nothing in it is of use.`,
    );
  }

  /** Takes in what the file holds behind the last line read. Yields between parts of it. */
  private *catchUp(descriptor: number): Generator<void> {
    const { ino, size } = fstatSync(descriptor);
    if (ino !== this.inode || size < this.end) this.startAfresh(ino);
    const cutter = new LineCutter({ number: this.lines, end: this.end });
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, Math.max(1, size - this.end)));
    for (let offset = this.end; ; ) {
      const read = readSync(descriptor, chunk, 0, chunk.length, offset);
      if (read === 0) return;
      for (const { text, number, end } of cutter.take(chunk.subarray(0, read))) {
        this.take(text, number, { start: this.end, end });
        this.end = end;
        this.lines = number;
      }
      offset += read;
      yield;
    }
  }

  private startAfresh(inode: number): void {
    this.places.clear();
    this.inode = inode;
    this.end = 0;
    this.lines = 0;
    this.strays = 0;
  }

  private take(text: string, number: number, place: Place): void {
    if (text === "") return;
    const answer = parseAnswer(text);
    if (answer) {
      this.places.set(answer.key, place);
      return;
    }
    this.strays += 1;
    if (this.strays === 1) this.firstStray = number;
  }

  private answerAt({ start, end }: Place): AnswerLine | undefined {
    try {
      const descriptor = openRegularSync(this.file);
      try {
        if (fstatSync(descriptor).ino !== this.inode) return undefined;
        const bytes = Buffer.alloc(end - start);
        readSync(descriptor, bytes, 0, bytes.length, start);
        return parseAnswer(bytes.toString("utf8"));
      } finally {
        closeSync(descriptor);
      }
    } catch {
      return undefined;
    }
  }
}

function parseAnswer(text: string): AnswerLine | undefined {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
