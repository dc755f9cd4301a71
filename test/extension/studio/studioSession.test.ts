import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { events, resetHost, saveOf, TextDocumentSaveReason, Uri, workspace } from "../support/vscode.ts";
import { changeOutside, openStudio, type Studio, textOf } from "./support.ts";

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

  it("is told what to do about a request that nobody understands", async () => {
    const asked = studio.page.ask("pause", {} as { runId: string });
    await expect(asked).rejects.toThrow(/not understand each other \(pause: params\.runId: .*\)\. Reload the window/);
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
    expect(after).toContain(before.slice(0, before.indexOf('{ "sampling"')));
    expect(after.match(/\/\/ .*/g)).toEqual(before.match(/\/\/ .*/g));
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
