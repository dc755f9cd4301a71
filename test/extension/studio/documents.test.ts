import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  Diagnostic,
  DiagnosticSeverity,
  events,
  host,
  Range,
  resetHost,
  saveOf,
  TextDocumentSaveReason,
  Uri,
  workspace,
} from "../support/vscode.ts";
import { changeOutside, openStudio, runRecord, type Studio, textOf } from "./support.ts";

let studio: Studio;

beforeEach(async () => {
  resetHost();
  studio = await openStudio();
});
afterEach(() => studio.end());

const promptUri = (role: string): Uri => Uri.joinPath(studio.experiment, "..", `${role}.lerl.md`);

describe("the page", () => {
  it("starts under a policy that allows nothing from elsewhere", () => {
    const { html, options } = studio.page.webview;
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
    const nonce = /script-src 'nonce-([\w-]+)'/.exec(policy)?.[1] ?? "";
    expect(nonce.length).toBeGreaterThanOrEqual(22);
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      `style-src https://page.test 'nonce-${nonce}'`,
      "font-src https://page.test",
      "img-src https://page.test data:",
    ]);
    // The script, and the line that asks for it once the document has loaded.
    expect(html.match(/<script[^>]*>/g)).toEqual([
      expect.stringMatching(`^<script nonce="${nonce}" src="https://page.test[^"]*">$`),
      `<script nonce="${nonce}">`,
    ]);
    expect(options).toMatchObject({
      enableScripts: true,
      localResourceRoots: [{ path: expect.stringMatching(/\/dist$/) }],
    });
  });

  it("gets everything with its first answer", async () => {
    const snapshot = await studio.page.ask("ready", {});
    expect(snapshot.document).toMatchObject({ file: "quickstart.lerl.json", dirty: false, problems: [] });
    expect(snapshot.document.experiment).toMatchObject({ name: "Quickstart", simulator: { slateSize: 6 } });
    expect(snapshot.prompts.planner).toMatchObject({ file: "planner.lerl.md", exists: true, dirty: false });
    expect(snapshot.prompts.critic.text).toBe(await textOf(promptUri("critic")));
    expect(snapshot).toMatchObject({ trusted: true, engine: { state: "ready" }, runs: [] });
    expect(snapshot.schema).toHaveProperty("properties");
  });
});

describe("the experiment file", () => {
  it("changes by one edit that keeps comments, and is told to the page", async () => {
    await studio.page.ask("ready", {});
    const before = await textOf(studio.experiment);
    await studio.page.ask("editDocument", {
      changes: [
        { path: "training.iterations", value: 40 },
        { path: "reflections.k", value: 5 },
      ],
    });
    const after = await textOf(studio.experiment);
    expect(after).toContain(before.slice(0, before.indexOf('{ "iterations"')));
    expect(after).toContain("// ");
    const document = await workspace.openTextDocument(studio.experiment);
    expect(document.version).toBe(before === after ? 1 : 3);
    const told = studio.page.events("document").at(-1);
    expect(told).toMatchObject({ dirty: true, experiment: { training: { iterations: 40 }, reflections: { k: 5 } } });
    expect(readFileSync(studio.experiment.fsPath, "utf8")).toBe(before);
  });

  it("gets a setting's form with its first parameter", async () => {
    await studio.page.ask("ready", {});
    await studio.page.ask("editDocument", { changes: [{ path: "simulator.quit.repeatCost", value: 3 }] });
    expect(await textOf(studio.experiment)).toContain(
      '"quit": {\n      "rule": "temper",\n      "repeatCost": 3\n    }',
    );
    await studio.page.ask("editDocument", {
      changes: [{ path: "simulator.quit", value: { rule: "window", window: 9 } }],
    });
    expect(studio.page.events("document").at(-1)?.experiment).toMatchObject({
      simulator: { quit: { rule: "window", window: 9, maxRepeats: 0 } },
    });
  });

  it("takes no change that the schema refuses", async () => {
    await studio.page.ask("ready", {});
    const before = await textOf(studio.experiment);
    const refused = studio.page.ask("editDocument", { changes: [{ path: "simulator.slateSize", value: 0 }] });
    await expect(refused).rejects.toThrow(/simulator\.slateSize: 0 is not allowed.*The file stays as it is/);
    expect(await textOf(studio.experiment)).toBe(before);
  });

  it("is not edited while it has errors, and its problems are told with their places", async () => {
    await studio.page.ask("ready", {});
    await changeOutside(studio.experiment, '{\n  "name": "Words",\n  "sead": 1\n}\n');
    const told = studio.page.events("document").at(-1);
    expect(told?.experiment).toBeUndefined();
    expect(told?.problems).toEqual([
      {
        line: 2,
        column: 2,
        severity: "error",
        message: 'sead: unknown setting "sead". Remove it or correct its name.',
      },
    ]);
    await expect(studio.page.ask("editDocument", { changes: [{ path: "seed", value: 1 }] })).rejects.toThrow(
      /Mend them/,
    );
  });

  it("saved by hand saves the prompts edited in the Studio", async () => {
    const { prompts } = await studio.page.ask("ready", {});
    await studio.page.ask("editPrompt", { role: "planner", text: "new", version: prompts.planner.version });
    const document = await workspace.openTextDocument(studio.experiment);
    events.willSave.fire(saveOf(document, TextDocumentSaveReason.AfterDelay));
    expect(readFileSync(promptUri("planner").fsPath, "utf8")).not.toBe("new");
    events.willSave.fire(saveOf(document, TextDocumentSaveReason.Manual));
    expect(readFileSync(promptUri("planner").fsPath, "utf8")).toBe("new");
  });
});

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
    studio.engine.answer("runs/list", () => runs);
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
