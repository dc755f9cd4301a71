import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { host, resetHost, Uri, workspace } from "../support/vscode.ts";
import { openStudio, type Studio } from "./support.ts";

let studio: Studio;

beforeEach(async () => {
  resetHost();
  studio = await openStudio();
});
afterEach(() => studio.end());

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
