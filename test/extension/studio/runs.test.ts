import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { events, host, partly, resetHost, Uri, workspace } from "../support/vscode.ts";
import { changeOutside, openStudio, runRecord, type Studio, textOf } from "./support.ts";

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
  studio.engine.answer("runs/list", () => [runRecord(studio.experiment, { state: "running" })]);
  await studio.page.ask("ready", {});
  await soon();
  studio.engine.notify("run/changed", runRecord(studio.experiment, { state: "running" }));
  await studio.page.ask("follow", { runIds: ["run-1"] });
}

describe("a run", () => {
  it("starts with what the editor holds, saved or not, and with the seed of the page", async () => {
    await studio.page.ask("ready", {});
    await changeOutside(Uri.joinPath(studio.experiment, "..", "planner.lerl.md"), "unsaved words");
    studio.engine.answer("runs/start", () => runRecord(studio.experiment, { state: "starting" }));
    const record = await studio.page.ask("run", { seed: 7 });
    expect(record.id).toBe("run-1");
    expect(studio.engine.paramsOf("runs/start")).toMatchObject([
      {
        experimentFile: studio.experiment.fsPath,
        prompts: { planner: { text: "unsaved words" } },
        overrides: ["seed=7"],
      },
    ]);
    expect(studio.page.events("runs").at(-1)).toMatchObject({ currentRun: "run-1" });
  });

  it("is changed by Apply, and the file is not", async () => {
    await running();
    const before = await textOf(studio.experiment);
    studio.engine.answer("runs/change", () => null);
    const changes = [{ path: "simulator.quit.repeatCost", value: 3 }];
    await studio.page.ask("apply", { runId: "run-1", changes });
    expect(studio.engine.paramsOf("runs/change")).toEqual([{ runId: "run-1", changes }]);
    expect(await textOf(studio.experiment)).toBe(before);
    expect((await workspace.openTextDocument(studio.experiment)).isDirty).toBe(false);
  });

  it("does not notice Save", async () => {
    await running();
    await studio.page.ask("editDocument", { changes: [{ path: "simulator.quit.repeatCost", value: 3 }] });
    expect(studio.engine.paramsOf("runs/change")).toEqual([]);
    expect(studio.page.events("document").at(-1)?.dirty).toBe(true);
  });

  it("that is refused says why to the page", async () => {
    await studio.page.ask("ready", {});
    host.trusted = false;
    await expect(studio.page.ask("run", {})).rejects.toThrow(/not trusted/);
    expect(studio.engine.paramsOf("runs/start")).toEqual([]);
    events.trust.fire();
    expect(studio.page.events("trust")).toEqual([{ trusted: true }]);
  });

  it("is followed before the newest, a chosen one before it where none runs", async () => {
    const list = [
      runRecord(studio.experiment, { id: "old" }),
      runRecord(studio.experiment, { id: "new", startedAt: "2026-01-03T00:00:00.000Z" }),
      runRecord(Uri.file("/elsewhere/x.lerl.json"), { id: "other", startedAt: "2026-01-04T00:00:00.000Z" }),
    ];
    studio.engine.answer("runs/list", () => list);
    await studio.services.runs.load();
    expect((await studio.page.ask("ready", {})).currentRun).toBe("new");
    studio.editor.reveal(studio.experiment, { tab: "curves", runId: "old" });
    expect(studio.page.events("runs").at(-1)?.currentRun).toBe("old");
    expect(studio.page.events("reveal")).toEqual([{ tab: "curves", runId: "old" }]);
    studio.engine.notify("run/changed", runRecord(studio.experiment, { id: "live", state: "running" }));
    expect(studio.page.events("runs").at(-1)?.currentRun).toBe("live");
  });

  it("tells the page of its state, not of every iteration", async () => {
    await running();
    const told = studio.page.events("runs").length;
    for (let iteration = 1; iteration < 50; iteration++) {
      studio.engine.notify("run/changed", runRecord(studio.experiment, { state: "running", iteration }));
    }
    expect(studio.page.events("runs")).toHaveLength(told);
    studio.engine.notify("run/changed", runRecord(studio.experiment, { state: "paused", reason: "Paused by hand." }));
    expect(studio.page.events("runs")).toHaveLength(told + 1);
  });

  it("asks a model again with the server's own key", async () => {
    const baseUrl = "http://127.0.0.1:9/v1";
    const planner = { enabled: true, provider: "openai", baseUrl };
    const experiment = { planner, critic: { enabled: false, provider: "offline" } };
    studio.engine.answer("runs/list", () => [runRecord(studio.experiment, { experiment })]);
    studio.engine.answer("runs/rerunStep", () => partly({}));
    await studio.keys.set(baseUrl, "secret");
    await studio.services.runs.load();
    const { prompts } = await studio.page.ask("ready", {});
    await studio.page.ask("rerunStep", { runId: "run-1", episode: "e1", step: 2 });
    expect(studio.engine.paramsOf("runs/rerunStep")).toEqual([
      { runId: "run-1", episode: "e1", step: 2, promptText: prompts.planner.text, apiKey: "secret" },
    ]);
    expect(JSON.stringify(studio.page.heard)).not.toContain("secret");
  });
});

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

describe("files to save", () => {
  it("go where the user says, under a name that leads nowhere", async () => {
    await studio.page.ask("ready", {});
    let offered = "";
    host.answerSave = ({ defaultUri }) => {
      offered = defaultUri?.fsPath ?? "";
      return Uri.file(`${studio.folder}/out.png`);
    };
    const content = Buffer.from([137, 80, 78, 71]).toString("base64");
    expect(await studio.page.ask("saveFile", { name: "../../etc/x.png", content, encoding: "base64" })).toEqual({
      saved: true,
    });
    expect(offered).toBe(`${studio.folder}/-..-etc-x.png`);
    expect([...(await workspace.fs.readFile(Uri.file(`${studio.folder}/out.png`)))]).toEqual([137, 80, 78, 71]);
    host.answerSave = () => undefined;
    expect(await studio.page.ask("saveFile", { name: "x.csv", content: "a", encoding: "utf8" })).toEqual({
      saved: false,
    });
  });
});
