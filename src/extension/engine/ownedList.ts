/**
 * Runs or trials as a window knows them: listed once, then told of by its engine. Those that other processes work on are
 * listed again now and then, until they end.
 */
import type { Disposable } from "vscode";
import { isActive, type RunState } from "../../protocol/run/states.ts";
import { messageOf } from "../platform/errors.ts";

/** How often those of other processes (the command line, a window that is closing) are looked at. */
const FOREIGN_POLL_MS = 2000;

interface Item {
  readonly id: string;
  readonly state: RunState;
  readonly startedAt: string;
}

export class OwnedList<T extends Item> implements Disposable {
  readonly items = new Map<string, T>();
  /** Those this window's engine works on, or has; others that are active belong to other processes. */
  readonly mine = new Set<string>();
  private loaded: Promise<void> | undefined;
  private foreignTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: {
      readonly list: () => Promise<readonly T[]>;
      /** It was listed anew. */
      readonly listed: () => void;
      /** What is known of one already, for one that is listed. */
      readonly merge?: (item: T, known: T | undefined) => T;
      readonly warn: (message: string) => void;
    },
  ) {}

  /** Newest first. */
  get all(): readonly T[] {
    return [...this.items.values()].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  }

  /** Those that have not ended and belong to this window, newest first. */
  get active(): readonly T[] {
    return this.all.filter(({ id, state }) => this.mine.has(id) && isActive(state));
  }

  /** Once; `refresh` lists again. */
  load(): Promise<void> {
    this.loaded ??= this.refresh().catch((error: unknown) => {
      this.loaded = undefined;
      throw error;
    });
    return this.loaded;
  }

  async refresh(): Promise<void> {
    const { list, listed, merge = (item) => item } = this.options;
    const before = new Map(this.items);
    const found = await list();
    // What was told while the list was being made is newer than it.
    const told = [...this.items.values()].filter((item) => before.get(item.id) !== item);
    this.items.clear();
    for (const item of found) this.items.set(item.id, merge(item, before.get(item.id)));
    for (const item of told) this.items.set(item.id, item);
    listed();
    this.watchForeign();
  }

  /** The engine died: what it worked on is interrupted, and the next process is asked. @param drop forgets what was told of it */
  interrupt(drop: (id: string) => void): readonly T[] {
    this.loaded = undefined;
    const lost = this.active.map((item): T => ({ ...item, state: "interrupted" }));
    for (const item of lost) {
      drop(item.id);
      this.items.set(item.id, item);
    }
    return lost;
  }

  /** What stands in the folders counts, as the new process reads it. */
  engineIsBack(): void {
    if (this.loaded || this.items.size === 0) return;
    this.load().catch((error: unknown) => this.options.warn(messageOf(error)));
  }

  dispose(): void {
    clearTimeout(this.foreignTimer);
  }

  private watchForeign(): void {
    clearTimeout(this.foreignTimer);
    if (!this.all.some(({ id, state }) => isActive(state) && !this.mine.has(id))) return;
    this.foreignTimer = setTimeout(() => {
      this.refresh().catch((error: unknown) => {
        this.options.warn(messageOf(error));
        this.watchForeign();
      });
    }, FOREIGN_POLL_MS);
  }
}
