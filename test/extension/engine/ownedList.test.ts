import { describe, expect, it, vi } from "vitest";
import { OwnedList } from "../../../src/extension/engine/ownedList.ts";
import type { RunState } from "../../../src/protocol/run/states.ts";

interface Item {
  readonly id: string;
  readonly state: RunState;
  readonly startedAt: string;
}

const item = (id: string, state: RunState = "done"): Item => ({ id, state, startedAt: `2026-01-0${id.length}` });

function listOf(list: () => Promise<readonly Item[]>) {
  const warned: string[] = [];
  const owned = new OwnedList<Item>({ list, listed: () => undefined, warn: (message) => warned.push(message) });
  return { owned, warned };
}

describe("a list of runs or trials", () => {
  it("keeps what was told while it was being made", async () => {
    const { owned } = listOf(async () => {
      owned.items.set("b", item("b", "running"));
      owned.items.set("new", item("new", "running"));
      return [item("b", "starting")];
    });
    owned.items.set("gone", item("gone"));
    await owned.refresh();
    expect(owned.all.map(({ id, state }) => `${id} ${state}`)).toEqual(["new running", "b running"]);
  });

  it("is asked for once, and again after a failure", async () => {
    let asked = 0;
    const { owned } = listOf(async () => {
      if (++asked === 1) throw new Error("not yet");
      return [item("a")];
    });
    await expect(owned.load()).rejects.toThrow("not yet");
    await owned.load();
    await owned.load();
    expect([asked, owned.all.length]).toEqual([2, 1]);
  });

  it("looks again at what other processes work on, until it ends, also after a look that failed", async () => {
    vi.useFakeTimers();
    try {
      const looks: (() => readonly Item[])[] = [
        () => [item("a", "running")],
        () => {
          throw new Error("busy");
        },
        () => [item("a")],
      ];
      const { owned, warned } = listOf(async () => looks.shift()?.() ?? []);
      await owned.refresh();
      await vi.advanceTimersByTimeAsync(2000);
      expect(warned).toEqual(["busy"]);
      await vi.advanceTimersByTimeAsync(2000);
      expect(owned.all[0]?.state).toBe("done");
      await vi.advanceTimersByTimeAsync(10_000);
      expect(looks).toEqual([]);
      owned.dispose();
    } finally {
      vi.useRealTimers();
    }
  });
});
