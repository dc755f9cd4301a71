import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listed } from "../support/runRecord.ts";
import { Diagnostic, DiagnosticSeverity, events, host, Range, resetHost, Uri } from "../support/vscode.ts";
import { changeOutside, openStudio, runRecord, type Studio, textOf } from "./support.ts";

let studio: Studio;

beforeEach(async () => {
  resetHost();
  studio = await openStudio();
});
afterEach(() => studio.end());

const promptUri = (role: string): Uri => Uri.joinPath(studio.experiment, "..", `${role}.lerl.md`);

describe("a prompt", () => {
  it("is the same in the page and in the file, whoever changes it", async () => {
    const { prompts } = await studio.page.ask("ready", {});
    const typed = await studio.page.ask("editPrompt", {
      role: "planner",
      text: `${prompts.planner.text}More.\n`,
      version: prompts.planner.version,
    });
    expect(typed).toEqual({ accepted: true, version: prompts.planner.version + 1 });
    expect(await textOf(promptUri("planner"))).toBe(`${prompts.planner.text}More.\n`);
    expect(studio.page.events("prompt").at(-1)).toMatchObject({ dirty: true, version: typed.version });

    await changeOutside(promptUri("planner"), "From the text editor.\n");
    expect(studio.page.events("prompt").at(-1)).toMatchObject({
      text: "From the text editor.\n",
      version: typed.version + 1,
    });
  });

  it("refuses an edit made on a text that is no more", async () => {
    const { prompts } = await studio.page.ask("ready", {});
    await changeOutside(promptUri("planner"), "From a checkout.\n");
    const late = await studio.page.ask("editPrompt", {
      role: "planner",
      text: "Typed on the old text.",
      version: prompts.planner.version,
    });
    expect(late).toEqual({ accepted: false, version: prompts.planner.version + 1 });
    expect(await textOf(promptUri("planner"))).toBe("From a checkout.\n");
  });

  it("keeps the file's line ends", async () => {
    await changeOutside(promptUri("critic"), "one\r\ntwo\r\n");
    const { prompts } = await studio.page.ask("ready", {});
    await studio.page.ask("editPrompt", { role: "critic", text: "one\n2\nthree\n", version: prompts.critic.version });
    expect(await textOf(promptUri("critic"))).toBe("one\r\n2\r\nthree\r\n");
  });

  it("brings its problems along", async () => {
    await studio.page.ask("ready", {});
    const uri = promptUri("planner");
    const problem = new Diagnostic(new Range(3, 1, 3, 5), "Unknown variable.", DiagnosticSeverity.Warning);
    host.diagnostics.set(uri.toString(), [problem]);
    events.diagnostics.fire({ uris: [uri] });
    expect(studio.page.events("prompt").at(-1)?.problems).toEqual([
      { line: 3, column: 1, severity: "warning", message: "Unknown variable." },
    ]);
  });

  it("is created from the default where the experiment names one that is missing", async () => {
    await changeOutside(studio.experiment, '{ "planner": { "prompt": "prompts/mine.lerl.md" } }');
    const { prompts } = await studio.page.ask("ready", {});
    expect(prompts.planner).toMatchObject({ exists: false, text: "", file: "prompts/mine.lerl.md" });
    await studio.page.ask("createPrompt", { role: "planner" });
    expect(studio.page.events("prompt").at(-1)).toMatchObject({ exists: true, file: "prompts/mine.lerl.md" });
    expect(studio.page.events("prompt").at(-1)?.text).toContain("role: planner");
  });

  it("has a history over the runs that used this file", async () => {
    const version = (hash: string, since: number, file = "planner.lerl.md") =>
      ({ role: "planner", hash, file, text: `text of ${hash}`, since }) as const;
    const runs = [
      runRecord(studio.experiment, {
        id: "new",
        startedAt: "2026-01-02T00:00:00.000Z",
        prompts: [version("aaaaaaaaa", 0), version("bbbbbbbbb", 12)],
        summary: { tInt: 18, rCum: 9.5, rSin: 0.5, userSteps: 100 },
      }),
      runRecord(studio.experiment, { id: "old", prompts: [version("aaaaaaaaa", 0), version("other", 0, "x.lerl.md")] }),
    ];
    studio.engine.answer("runs/list", () => listed(...runs));
    const history = await studio.page.ask("promptHistory", { role: "planner" });
    expect(history.map(({ runId, hash, rCum }) => [runId, hash, rCum])).toEqual([
      ["new", "bbbbbbbbb", 9.5],
      ["new", "aaaaaaaaa", undefined],
      ["old", "aaaaaaaaa", undefined],
    ]);

    await studio.page.ask("ready", {});
    await studio.page.ask("restorePrompt", { role: "planner", hash: "bbbbbbbbb", runId: "new" });
    expect(await textOf(promptUri("planner"))).toBe("text of bbbbbbbbb");

    await studio.page.ask("diffPrompt", { role: "planner", hash: "aaaaaaaaa", runId: "old" });
    const [left, right] = host.executed.find(({ command }) => command === "vscode.diff")?.args ?? [];
    expect([String(left), String(right)]).toEqual([
      expect.stringContaining("lerl-prompt-version:"),
      promptUri("planner").toString(),
    ]);
    await expect(studio.page.ask("restorePrompt", { role: "planner", hash: "gone", runId: "new" })).rejects.toThrow(
      /not kept/,
    );
  });
});
