/**
 * Keeps what is typed in the page equal to the prompt's document in the host. Keystrokes show at once and are sent one
 * edit at a time, each naming the version it was made on; a change from outside (text editor, checkout) is merged when
 * it touches other lines than the unsent typing, and otherwise becomes a conflict for the user to settle. Nothing typed
 * is dropped.
 */
import { commonEnds } from "../../../src/protocol/commonEnds.ts";
import { messageOf } from "../../shared/messenger.ts";

export interface SyncEvent {
  readonly text: string;
  readonly version: number;
}

type SendEdit = (text: string, version: number) => Promise<{ accepted: boolean; version: number }>;

export class PromptSync {
  /** What the page shows. */
  text: string;
  /** The outside text that collides with what was typed. */
  conflict: SyncEvent | undefined;
  /** What the last edit failed with; the text is still here. */
  failure: string | undefined;
  private agreed: SyncEvent;
  private inFlight: string | undefined;

  constructor(
    initial: SyncEvent,
    private readonly send: SendEdit,
    /** Something changed other than by `type`: the text, a conflict, what is unsent. */
    private readonly changed: () => void,
  ) {
    this.text = initial.text;
    this.agreed = initial;
  }

  /** The last text that page and host agreed on. */
  get base(): string {
    return this.agreed.text;
  }

  get unsent(): boolean {
    return this.text !== this.agreed.text;
  }

  type(text: string): void {
    this.text = text;
    this.flush();
  }

  /** Typed before a reload and never acknowledged: taken up again if the file is still what it was typed over. */
  recover(unsent: { readonly text: string; readonly base: string }): void {
    if (unsent.text === this.agreed.text) return;
    if (unsent.base === this.agreed.text) {
      this.text = unsent.text;
      this.flush();
    } else {
      this.conflict = this.agreed;
      this.text = unsent.text;
    }
    this.changed();
  }

  receive(event: SyncEvent): void {
    if (event.version <= this.agreed.version) return;
    if (event.text === this.text || event.text === this.inFlight) {
      this.agreed = event;
      if (event.text === this.text) this.conflict = undefined;
      return;
    }
    if (!this.unsent) {
      this.agreed = event;
      this.text = event.text;
      this.conflict = undefined;
      this.changed();
      return;
    }
    const merged = this.conflict ? undefined : mergeLines(this.agreed.text, this.text, event.text);
    this.agreed = event;
    if (merged === undefined) {
      this.conflict = event;
    } else {
      this.text = merged;
      this.flush();
    }
    this.changed();
  }

  settle(choice: "mine" | "theirs"): void {
    if (choice === "theirs") this.text = this.agreed.text;
    this.conflict = undefined;
    this.flush();
    this.changed();
  }

  retry(): void {
    this.failure = undefined;
    this.flush();
  }

  private flush(): void {
    if (this.inFlight !== undefined || this.conflict || !this.unsent) return;
    const text = this.text;
    this.inFlight = text;
    this.send(text, this.agreed.version).then(
      ({ accepted, version }) => {
        this.inFlight = undefined;
        this.failure = undefined;
        if (accepted && version >= this.agreed.version) this.agreed = { text, version };
        // A refused edit goes again once the newest text has arrived and been merged, be that before or after this answer.
        if (accepted || this.agreed.version >= version) this.flush();
        this.changed();
      },
      (error: unknown) => {
        this.inFlight = undefined;
        this.failure = messageOf(error);
        this.changed();
      },
    );
  }
}

/** Both changes applied to the base, or undefined when they touch the same or adjoining lines. */
export function mergeLines(base: string, mine: string, theirs: string): string | undefined {
  const lines = base.split("\n");
  const left = changedSpan(lines, mine.split("\n"));
  const right = changedSpan(lines, theirs.split("\n"));
  const [first, second] = left.from <= right.from ? [left, right] : [right, left];
  if (first.to >= second.from) return undefined;
  return [
    ...lines.slice(0, first.from),
    ...first.lines,
    ...lines.slice(first.to, second.from),
    ...second.lines,
    ...lines.slice(second.to),
  ].join("\n");
}

/** The one span of lines outside of which both are equal. */
function changedSpan(base: readonly string[], changed: readonly string[]) {
  const { start, end } = commonEnds(base, changed);
  return { from: start, to: base.length - end, lines: changed.slice(start, changed.length - end) };
}
