import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listed } from "../support/runRecord.ts";
import { resetHost } from "../support/vscode.ts";
import { openStudio, runRecord, type Studio } from "./support.ts";

let studio: Studio;

beforeEach(async () => {
  resetHost();
  studio = await openStudio();
});
afterEach(() => studio.end());

const soon = () => new Promise((done) => setTimeout(done, 5));

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ iteration: from + i + 1, userSteps: 0, values: { rCum: from + i } }));

const batch = (sequence: number, from: number, to: number, runId = "run-1") => ({
  runId,
  sequence,
  metrics: rows(from, to),
  timing: [],
  events: [],
  references: [],
  cursor: { metrics: to, timing: 0, events: 0 },
});

/** A run that is under way, listed and followed. */
async function running(): Promise<void> {
  studio.engine.answer("runs/list", () => listed(runRecord(studio.experiment, { state: "running" })));
  await studio.page.ask("ready", {});
  await soon();
  studio.engine.notify("run/changed", runRecord(studio.experiment, { state: "running" }));
  await studio.page.ask("follow", { runIds: ["run-1"] });
}

describe("curves", () => {
  it("reach the page row by row, once", async () => {
    await running();
    studio.engine.notify("run/appended", batch(0, 0, 3));
    studio.engine.notify("run/appended", batch(1, 3, 4));
    studio.engine.notify("run/appended", batch(0, 0, 2, "another"));
    await soon();
    expect(studio.page.events("appended").map(({ metrics }) => metrics.length)).toEqual([3, 1]);
    const slice = await studio.page.ask("slice", { runId: "run-1", cursor: { metrics: -1, timing: -1, events: -1 } });
    expect(slice.metrics).toEqual(rows(0, 4));
    expect(slice.cursor).toEqual({ metrics: 4, timing: 0, events: 0 });
  });

  it("do not reach a page that is hidden; back again, it asks for what it missed", async () => {
    await running();
    studio.engine.notify("run/appended", batch(0, 0, 2));
    await soon();
    studio.page.hide();
    const heard = studio.page.heard.length;
    studio.engine.notify("run/appended", batch(1, 2, 5));
    studio.engine.notify("run/changed", runRecord(studio.experiment));
    await soon();
    expect(studio.page.heard).toHaveLength(heard);

    studio.page.show();
    expect((await studio.page.ask("ready", {})).runs).toMatchObject([{ state: "done" }]);
    await studio.page.ask("follow", { runIds: ["run-1"] });
    const slice = await studio.page.ask("slice", { runId: "run-1", cursor: { metrics: 0, timing: 0, events: 0 } });
    expect(slice.metrics).toEqual(rows(0, 5));
  });

  it("are read anew when a run goes back to its checkpoint", async () => {
    await running();
    studio.engine.notify("run/appended", batch(0, 0, 9));
    await soon();
    // The engine starts again: its first batch begins before what the page holds.
    studio.engine.notify("run/appended", batch(0, 6, 7));
    await soon();
    const told = studio.page.events("appended").at(-1);
    expect(told).toMatchObject({ metrics: [], cursor: { metrics: 0, timing: 0, events: 0 } });
    const cursor = { metrics: 9, timing: 0, events: 0 };
    expect((await studio.page.ask("slice", { runId: "run-1", cursor })).cursor.metrics).toBe(0);
    studio.engine.answer("runs/slice", () => batch(0, 0, 7));
    const fresh = await studio.page.ask("slice", { runId: "run-1", cursor: { metrics: -1, timing: -1, events: -1 } });
    expect(fresh.cursor.metrics).toBe(7);
    studio.engine.notify("run/appended", batch(1, 7, 8));
    await soon();
    expect(studio.page.events("appended").at(-1)?.metrics).toEqual(rows(7, 8));
  });
});
