import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registerStudio } from "../../../src/extension/studio/register.ts";
import { StudioEditor } from "../../../src/extension/studio/studioEditor.ts";
import { listed } from "../support/runRecord.ts";
import { commands, host, openDocument, resetHost } from "../support/vscode.ts";
import { FakePage, openStudio, runRecord, type Studio } from "./support.ts";

let studio: Studio;

beforeEach(async () => {
  resetHost();
  studio = await openStudio();
  registerStudio({ ...studio.services, studio: new StudioEditor(studio.services) });
});
afterEach(() => studio.end());

/** The page that VS Code opens for the file. */
async function opened(): Promise<FakePage> {
  const [, provider] = host.registrations.find(({ kind }) => kind === "customEditor")?.args ?? [];
  const page = new FakePage();
  await (provider as StudioEditor).resolveCustomTextEditor(await openDocument(studio.experiment), page.panel);
  await page.ask("ready", {});
  return page;
}

const openings = () =>
  host.executed.filter(({ command }) => command === "vscode.openWith").map(({ args }) => args.map(String));

describe("Open Studio", () => {
  it("opens the experiment it is given, whatever else a menu passes", async () => {
    await commands.executeCommand("lerl.openStudio", studio.experiment, { groupId: 0 });
    expect(openings()).toEqual([[studio.experiment.toString(), "lerl.studio"]]);
    expect((await opened()).events("reveal")).toEqual([]);
  });

  it("opens the only experiment where it is given none", async () => {
    await commands.executeCommand("lerl.openStudio");
    expect(openings()).toEqual([[studio.experiment.toString(), "lerl.studio"]]);
  });

  it("shows a run, a session or a comparison as soon as the page is there", async () => {
    studio.engine.answer("runs/list", () =>
      listed(runRecord(studio.experiment), runRecord(studio.experiment, { id: "run-2" })),
    );
    const reveal = { tab: "compare", runId: "run-1", runIds: ["run-1", "run-2"] };
    await commands.executeCommand("lerl.openStudio", { runId: "run-1" }, reveal);
    const page = await opened();
    expect(page.events("reveal")).toEqual([reveal]);
    await commands.executeCommand("lerl.openStudio", { runId: "run-1" });
    expect(page.events("reveal").at(-1)).toEqual({ tab: "curves", runId: "run-1" });
  });

  it("says so where the run is gone", async () => {
    await commands.executeCommand("lerl.openStudio", { runId: "gone" });
    expect(host.messages).toMatchObject([
      { severity: "error", message: expect.stringContaining("There is no run gone") },
    ]);
  });
});
