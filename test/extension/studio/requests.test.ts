import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { listed } from "../support/runRecord.ts";
import { events, host, partly, resetHost, Uri, workspace } from "../support/vscode.ts";
import { changeOutside, openStudio, runRecord, type Studio, textOf } from "./support.ts";

let studio: Studio;

beforeEach(async () => {
  resetHost();
  studio = await openStudio();
});
afterEach(() => studio.end());

const soon = () => new Promise((done) => setTimeout(done, 5));

/** A run that is under way, listed and followed. */
async function running(): Promise<void> {
  studio.engine.answer("runs/list", () => listed(runRecord(studio.experiment, { state: "running" })));
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
    studio.engine.answer("runs/list", () => listed(...list));
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

  it("asks a model again with the server's own key, past the kept answers where that is wanted", async () => {
    const baseUrl = "http://127.0.0.1:9/v1";
    const planner = { provider: "openai", baseUrl };
    const experiment = experimentSchema.parse({ planner, critic: { enabled: false } });
    studio.engine.answer("runs/list", () => listed(runRecord(studio.experiment, { experiment })));
    studio.engine.answer("runs/rerunStep", () => partly({}));
    await studio.keys.set(baseUrl, "secret");
    await studio.services.runs.load();
    const { prompts } = await studio.page.ask("ready", {});
    const step = { runId: "run-1", episode: "e1", step: 2 };
    const keys = [{ origin: "http://127.0.0.1:9", key: "secret" }];
    await studio.page.ask("rerunStep", step);
    await studio.page.ask("rerunStep", { ...step, promptText: "edited", fresh: true });
    expect(studio.engine.paramsOf("runs/rerunStep")).toEqual([
      { ...step, promptText: prompts.planner.text, keys },
      { ...step, promptText: "edited", fresh: true, keys },
    ]);
    expect(JSON.stringify(studio.page.heard)).not.toContain("secret");
  });

  it("keeps a step's decision as a moment, through the engine", async () => {
    const kept = { file: "/x.moments.json", name: "a moment", differences: ["1 of 3 is left out."] };
    studio.engine.answer("moments/keep", () => kept);
    const step = { runId: "run-1", episode: "e1", step: 2 };
    expect(await studio.page.ask("keepMoment", step)).toEqual(kept);
    expect(studio.engine.paramsOf("moments/keep")).toEqual([step]);
  });
});
