import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { VisitPair } from "../../../src/protocol/engine.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import type { TrialDraft } from "../../../src/protocol/studio.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { contender, trialProgress, trialResult, trialSummary } from "../support/trialSummary.ts";
import { events, host, partly, resetHost, Uri, workspace } from "../support/vscode.ts";
import { changeOutside, openStudio, runRecord, type Studio, textOf } from "./support.ts";

let studio: Studio;

beforeEach(async () => {
  resetHost();
  studio = await openStudio();
});
afterEach(() => studio.end());

const baseUrl = "http://127.0.0.1:9/v1";
const asking = { provider: "openai", baseUrl } as const;
const promptUri = (): Uri => Uri.joinPath(studio.experiment, "..", "planner.lerl.md");

const trial = (changes: Partial<TrialSummary> = {}): TrialSummary =>
  trialSummary({ base: { experimentFile: studio.experiment.fsPath, name: "abc" }, ...changes });

/** A run of the experiment, listed. */
const listed = (...runs: Partial<RunRecord>[]) =>
  studio.engine.answer("runs/list", () => ({
    runs: runs.map((run) => runRecord(studio.experiment, run)),
    unreadable: [],
  }));

/** The experiment asks a model, as it stands in the editor. */
const asksModel = (planner: object = asking) =>
  changeOutside(studio.experiment, JSON.stringify({ name: "Typed", planner, critic: { enabled: false } }));

/** What was written anywhere that is kept or shown. */
const told = (): string => JSON.stringify([host.logged, host.messages, studio.page.heard]);

describe("Try", () => {
  beforeEach(() => studio.engine.answer("trials/try", () => trial()));

  it("tries the words as they stand against the run in sight, with the key of their server", async () => {
    listed({ id: "run-1", iteration: 12, experiment: experimentSchema.parse({ planner: asking }) });
    await studio.keys.set(baseUrl, "sk-secret");
    await asksModel();
    await changeOutside(promptUri(), "unsaved words");
    await studio.page.ask("ready", {});
    const answer = await studio.page.ask("tryWords", { sessions: 40, newest: true });
    expect(answer.id).toBe("t");
    expect(studio.engine.paramsOf("trials/try")).toEqual([
      {
        experimentFile: studio.experiment.fsPath,
        experimentText: await textOf(studio.experiment),
        prompt: { file: "planner.lerl.md", text: "unsaved words" },
        runId: "run-1",
        sessions: 40,
        newest: true,
        keys: [{ origin: new URL(baseUrl).origin, key: "sk-secret" }],
      },
    ]);
    expect(studio.consents).toHaveLength(1);
    expect(studio.page.events("trials").at(-1)).toMatchObject({ ids: ["t"], changed: [{ id: "t", state: "running" }] });
    expect(told()).not.toContain("sk-secret");
  });

  it("serves from no run before its first checkpoint, and from the one that was chosen", async () => {
    listed({ id: "new", iteration: 0, startedAt: "2026-01-03T00:00:00.000Z" }, { id: "old", iteration: 3 });
    await asksModel();
    await studio.page.ask("ready", {});
    await studio.page.ask("tryWords", {});
    expect(studio.engine.paramsOf("trials/try").at(-1)).not.toHaveProperty("runId");
    studio.editor.reveal(studio.experiment, { tab: "curves", runId: "old" });
    await studio.page.ask("tryWords", {});
    expect(studio.engine.paramsOf("trials/try").at(-1)).toMatchObject({ runId: "old" });
  });

  it("sends each key for its own server: the one of the words in force does not see it", async () => {
    listed({ iteration: 12, experiment: experimentSchema.parse({ planner: { provider: "openai" } }) });
    await studio.keys.set(baseUrl, "sk-secret");
    await asksModel();
    await studio.page.ask("ready", {});
    await studio.page.ask("tryWords", {});
    const keys = [{ origin: new URL(baseUrl).origin, key: "sk-secret" }];
    expect(studio.engine.paramsOf("trials/try")).toMatchObject([{ runId: expect.anything(), keys }]);
  });

  it("says what to do where the experiment or the prompt cannot be read, and where nothing may run", async () => {
    await studio.page.ask("ready", {});
    await changeOutside(studio.experiment, '{ "sead": 1 }');
    await expect(studio.page.ask("tryWords", {})).rejects.toThrow(/quickstart\.lerl\.json has errors/);
    await asksModel({ ...asking, prompt: "missing.lerl.md" });
    await expect(studio.page.ask("tryWords", {})).rejects.toThrow(/missing\.lerl\.md was not found/);
    await asksModel();
    host.trusted = false;
    await expect(studio.page.ask("tryWords", {})).rejects.toThrow(/not trusted/);
    expect(studio.engine.paramsOf("trials/try")).toEqual([]);
  });

  it("is preceded by what it costs, which needs no key and no consent", async () => {
    const fitting = { sessions: 60, estimate: { calls: 600, likely: 400, tokens: 9 } };
    studio.engine.answer("trials/fitting", () => fitting);
    await studio.keys.set(baseUrl, "sk-secret");
    await asksModel();
    host.trusted = false;
    expect(await studio.page.ask("fittingTrial", { sessions: 60 })).toEqual(fitting);
    expect(studio.engine.paramsOf("trials/fitting")).toEqual([
      {
        experimentFile: studio.experiment.fsPath,
        experimentText: await textOf(studio.experiment),
        prompt: { file: "planner.lerl.md", text: await textOf(promptUri()) },
        sessions: 60,
      },
    ]);
    expect(studio.consents).toEqual([]);
  });
});

describe("a trial that is put together", () => {
  const draft = (contenders: TrialDraft["contenders"]): TrialDraft => ({ contenders, moments: true, repeats: 2 });
  const version = {
    hash: "0123456789abcdef",
    role: "planner",
    file: "planner.lerl.md",
    since: 0,
    text: "Older.",
  } as const;

  beforeEach(async () => {
    studio.engine.answer("trials/try", () => trial());
    listed({ id: "run-1", iteration: 12, prompts: [version] });
    writeFileSync(join(studio.folder, "terse.lerl.md"), "On disk.");
    await asksModel();
    await changeOutside(promptUri(), "unsaved words");
    await changeOutside(Uri.file(join(studio.folder, "terse.lerl.md")), "Terse, unsaved.");
    await studio.page.ask("ready", {});
  });

  it("has its contenders' texts as the editor holds them, with what else was chosen", async () => {
    const contenders: TrialDraft["contenders"] = [
      { words: { from: "force" } },
      { words: { from: "editor" }, model: "qwen3-8b", temperature: 0.8 },
      { words: { from: "version", runId: "run-1", hash: version.hash } },
      { words: { from: "file", file: "terse.lerl.md" } },
      { words: { from: "plan", plan: "oracle" } },
    ];
    await studio.page.ask("tryWords", { draft: { ...draft(contenders), sessions: 40, maxCalls: 900, maxCost: 0.5 } });
    const planner = "planner.lerl.md";
    expect(studio.engine.paramsOf("trials/try")).toMatchObject([
      {
        contenders: [
          {},
          { prompt: { file: planner, text: "unsaved words" }, model: "qwen3-8b", temperature: 0.8 },
          { label: "version 0123456", prompt: { file: planner, text: "Older." } },
          { prompt: { file: "terse.lerl.md", text: "Terse, unsaved." } },
          { plan: "oracle" },
        ],
        ...{ runId: "run-1", sessions: 40, moments: true, repeats: 2, maxCalls: 900, maxCost: 0.5 },
      },
    ]);
  });

  it("sends a key only for the server of somebody who is asked", async () => {
    await studio.keys.set(baseUrl, "sk-secret");
    await studio.page.ask("tryWords", {
      draft: draft([{ words: { from: "force" } }, { words: { from: "plan", plan: "none" } }]),
    });
    expect(studio.engine.paramsOf("trials/try").at(-1)).not.toHaveProperty("keys");
    await studio.page.ask("tryWords", { draft: draft([{ words: { from: "force" } }, { words: { from: "editor" } }]) });
    expect(studio.engine.paramsOf("trials/try").at(-1)).toMatchObject({
      keys: [{ origin: new URL(baseUrl).origin, key: "sk-secret" }],
    });
  });

  it("reads no file but prompts of the workspace, and says what is gone", async () => {
    const tried = (words: TrialDraft["contenders"][number]["words"]) =>
      expect(studio.page.ask("tryWords", { draft: draft([{ words: { from: "force" } }, { words }]) })).rejects;
    await tried({ from: "file", file: "quickstart.lerl.json" }).toThrow(/no prompt of this workspace/);
    await tried({ from: "file", file: "../../etc/secret.lerl.md" }).toThrow(/no prompt of this workspace/);
    await tried({ from: "file", file: "/etc/secret.lerl.md" }).toThrow(/no prompt of this workspace/);
    await tried({ from: "file", file: "missing.lerl.md" }).toThrow(/missing\.lerl\.md was not found/);
    await tried({ from: "version", runId: "run-1", hash: "gone" }).toThrow(
      "No run has version gone of planner.lerl.md. Choose another version.",
    );
    expect(studio.engine.paramsOf("trials/try")).toEqual([]);
  });

  it("offers the workspace's other prompts, and takes none where none is picked", async () => {
    const offered: string[] = [];
    host.answerPick = (items) => {
      offered.push(...items.map(({ label }) => label));
      return items.find(({ label }) => label === "terse.lerl.md");
    };
    expect(await studio.page.ask("choosePrompt", {})).toEqual({ file: "terse.lerl.md" });
    expect(offered).toContain("terse.lerl.md");
    expect(offered).not.toContain("planner.lerl.md");
    expect(offered).not.toContain("critic.lerl.md");
    host.answerPick = () => undefined;
    expect(await studio.page.ask("choosePrompt", {})).toEqual({});
  });
});

describe("a trial", () => {
  it("is stopped, gone on with and looked into", async () => {
    const done = trial({ state: "stopped", wanted: [{ origin: new URL(baseUrl).origin }] });
    studio.engine.answer("trials/list", () => [done]);
    studio.engine.answer("trials/stop", () => null);
    studio.engine.answer("trials/goOn", () => trial({ sessions: 200 }));
    studio.engine.answer("trials/visit", () => partly<VisitPair>({ differs: 3 }));
    await studio.keys.set(baseUrl, "sk-secret");
    await studio.page.ask("stopTrial", { id: "t" });
    await studio.page.ask("goOnTrial", { id: "t", sessions: 200 });
    expect(await studio.page.ask("trialVisit", { id: "t", session: 4, contender: 1 })).toEqual({ differs: 3 });
    expect(studio.engine.paramsOf("trials/stop")).toEqual([{ id: "t" }]);
    const experimentText = await textOf(studio.experiment);
    expect(studio.engine.paramsOf("trials/goOn")).toEqual([
      { id: "t", sessions: 200, experimentText, keys: [{ origin: new URL(baseUrl).origin, key: "sk-secret" }] },
    ]);
    expect(studio.engine.paramsOf("trials/visit")).toEqual([{ id: "t", session: 4, contender: 1 }]);
    expect(studio.consents).toHaveLength(1);
    expect(studio.services.trials.get("t")).toMatchObject({ state: "running", sessions: 200 });
    expect(told()).not.toContain("sk-secret");
  });

  it("goes on with the key of the servers that it has asked, not of the one the experiment names by now", async () => {
    studio.engine.answer("trials/list", () => [
      trial({ state: "stopped", wanted: [{ origin: "https://elsewhere.test" }] }),
    ]);
    studio.engine.answer("trials/goOn", () => trial());
    await studio.keys.set(baseUrl, "sk-secret");
    await asksModel();
    await studio.page.ask("goOnTrial", { id: "t" });
    expect(studio.engine.paramsOf("trials/goOn")).toMatchObject([{ id: "t" }]);
    expect(studio.engine.paramsOf("trials/goOn")[0]).not.toHaveProperty("keys");
  });
});

describe("Use these words", () => {
  it("writes a contender's text into the prompt, as one edit that is not saved", async () => {
    studio.engine.answer("trials/list", () => [
      trial({ contenders: [contender("a", "old"), contender("b", "new\n")] }),
    ]);
    await changeOutside(promptUri(), "typed since\r\n");
    await studio.page.ask("ready", {});
    const document = await workspace.openTextDocument(promptUri());
    const { version } = document;
    let changes = 0;
    events.textDocument.event(() => changes++);
    await studio.page.ask("useTrialWords", { id: "t", contender: 1 });
    expect(await textOf(promptUri())).toBe("new\r\n");
    expect([document.version - version, changes, document.isDirty]).toEqual([1, 1, true]);
    expect(studio.page.events("prompt").at(-1)).toMatchObject({ text: "new\r\n", dirty: true });
    await studio.page.ask("useTrialWords", { id: "t", contender: 0 });
    expect(await textOf(promptUri())).toBe("old");
  });

  it("says why it cannot", async () => {
    studio.engine.answer("trials/list", () => [
      trial({ contenders: [contender("a", "old"), contender("top-interest")] }),
    ]);
    const use = (id: string, place: number) => studio.page.ask("useTrialWords", { id, contender: place });
    await expect(use("t", 1)).rejects.toThrow('"top-interest" plans without a prompt, so there are no words to use.');
    await expect(use("t", 7)).rejects.toThrow(/has no contender 8/);
    await expect(use("gone", 1)).rejects.toThrow(/There is no trial gone/);
    await changeOutside(studio.experiment, '{ "planner": { "prompt": "missing.lerl.md" } }');
    await studio.page.ask("ready", {});
    await expect(use("t", 0)).rejects.toThrow(/changed in the meantime, or is gone/);
  });
});

describe("the page", () => {
  const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

  it("begins with the trials of its experiment, newest first", async () => {
    const elsewhere = trial({ id: "elsewhere", base: { experimentFile: "/w/other.lerl.json", name: "b" } });
    studio.engine.answer("trials/list", () => [
      trial({ id: "old", state: "done" }),
      elsewhere,
      trial({ id: "new", state: "done", startedAt: "2026-06-01T00:00:00Z" }),
    ]);
    await studio.page.ask("ready", {});
    await pause(5);
    studio.page.hide();
    studio.page.show();
    expect((await studio.page.ask("ready", {})).trials.map(({ id }) => id)).toEqual(["new", "old"]);
    studio.engine.notify("trial/changed", trial({ id: "live" }));
    studio.engine.notify("trial/progress", trialProgress({ id: "live" }));
    studio.engine.notify("trial/progress", trialProgress({ id: "elsewhere" }));
    expect(studio.page.events("trialProgress").map(({ id }) => id)).toEqual(["live"]);
    const second = await studio.open();
    await second.ask("ready", {});
    expect(second.events("trialProgress").map(({ id }) => id)).toEqual(["live"]);
  });

  it("is told what somebody would notice, four times a second at most, and the last of it", async () => {
    await studio.page.ask("ready", {});
    const began = performance.now();
    for (let n = 1; n <= 60; n++) {
      studio.engine.notify("trial/changed", trial({ result: trialResult({ n }), activeSeconds: n }));
      await pause(10);
    }
    const elapsed = performance.now() - began;
    const first = studio.page.events("trials");
    expect(first.length).toBeGreaterThan(1);
    expect(first.length).toBeLessThanOrEqual(elapsed / 250 + 1);
    await expect.poll(() => studio.page.events("trials").at(-1)?.changed[0]?.result?.n).toBe(60);
    const all = studio.page.events("trials").length;
    studio.engine.notify("trial/changed", trial({ result: trialResult({ n: 60 }), activeSeconds: 99 }));
    await pause(300);
    expect(studio.page.events("trials")).toHaveLength(all);
  });

  it("is told of the trial that changed, and of one that is gone, not of all there are", async () => {
    studio.engine.answer("trials/list", () => [
      trial({ id: "old", state: "done" }),
      trial({ id: "gone", state: "done" }),
    ]);
    await studio.page.ask("ready", {});
    await pause(300);
    studio.engine.notify("trial/changed", trial({ id: "new", startedAt: "2026-06-01T00:00:00Z" }));
    const news = studio.page.events("trials").at(-1);
    expect([news?.ids, news?.changed.map(({ id }) => id)]).toEqual([["new", "old", "gone"], ["new"]]);
    await pause(300);
    studio.services.trials.forget("gone");
    expect(studio.page.events("trials").at(-1)).toEqual({ ids: ["new", "old"], changed: [] });
  });

  it("knows a trial before it is asked to show it", async () => {
    await studio.page.ask("ready", {});
    studio.engine.notify("trial/changed", trial({ id: "a" }));
    studio.engine.notify("trial/changed", trial({ id: "b" }));
    studio.editor.reveal(studio.experiment, { tab: "trial", trial: "b" });
    const heard = studio.page.heard.flatMap((message) => (message.kind === "event" ? [message] : []));
    const reveal = heard.findIndex(({ event }) => event === "reveal");
    expect(heard[reveal]?.data).toEqual({ tab: "trial", trial: "b" });
    expect(JSON.stringify(heard.slice(0, reveal).findLast(({ event }) => event === "trials"))).toContain('"id":"b"');
  });
});
