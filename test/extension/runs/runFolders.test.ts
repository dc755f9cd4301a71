import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UntrustedError, UserError } from "../../../src/extension/platform/errors.ts";
import { deleteRuns, revealRunFolder } from "../../../src/extension/runs/runFolders.ts";
import { deleteTrial } from "../../../src/extension/trials/trialFolders.ts";
import { trialSummary } from "../support/trialSummary.ts";
import { host, resetHost, Uri } from "../support/vscode.ts";
import { run } from "./support.ts";

let root: string;
let workspace: string;
beforeEach(() => {
  resetHost();
  root = mkdtempSync(join(tmpdir(), "lerl-run-folders-"));
  workspace = join(root, "workspace");
  for (const kind of ["runs", "trials"]) folder(kind, "mine");
  writeFileSync(join(root, "precious.txt"), "");
  host.folders.push({ uri: Uri.file(workspace), name: "w", index: 0 });
  host.answerMessage = ({ actions }) => actions[0];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function folder(kind: string, id: string): string {
  const path = join(workspace, ".lerl", kind, id);
  mkdirSync(path, { recursive: true });
  return path;
}

describe("deleting", () => {
  it("names the whole path of what goes, and takes it", async () => {
    const other = folder("runs", "other");
    expect(await deleteRuns([run({ id: "mine" }), run({ id: "other" })])).toEqual(["mine", "other"]);
    expect(host.messages[0]?.detail).toContain(`${join(workspace, ".lerl", "runs", "mine")}\n${other}`);
    expect(existsSync(other)).toBe(false);
    expect(await deleteTrial(trialSummary({ id: "mine" }))).toBe(true);
    expect(host.messages.at(-1)?.detail).toContain(join(workspace, ".lerl", "trials", "mine"));
  });

  it.each(["../../..", "..", ".", "", "../trials/mine", "..\\..", "/"])("asks nothing for the id %j", async (id) => {
    await expect(deleteRuns([run({ id: "mine" }), run({ id })])).rejects.toThrow(UserError);
    await expect(deleteTrial(trialSummary({ id }))).rejects.toThrow(UserError);
    await expect(revealRunFolder(id)).rejects.toThrow(UserError);
    expect([host.messages, host.executed]).toEqual([[], []]);
    expect([join(root, "precious.txt"), folder("runs", "mine")].every(existsSync)).toBe(true);
  });

  it("leaves alone what a symbolic link in .lerl leads to", async () => {
    symlinkSync(root, join(workspace, ".lerl", "runs", "link"));
    await expect(deleteRuns([run({ id: "link" })])).rejects.toThrow("does not lead to a folder below");
    rmSync(join(workspace, ".lerl", "trials"), { recursive: true });
    mkdirSync(join(root, "mine"));
    symlinkSync(root, join(workspace, ".lerl", "trials"));
    await expect(deleteTrial(trialSummary({ id: "mine" }))).rejects.toThrow(UserError);
    expect(existsSync(join(root, "mine"))).toBe(true);
  });

  it("is for a trusted workspace only", async () => {
    host.trusted = false;
    await expect(deleteRuns([run({ id: "mine" })])).rejects.toThrow(UntrustedError);
    await expect(deleteTrial(trialSummary({ id: "mine" }))).rejects.toThrow(UntrustedError);
    expect(host.messages).toEqual([]);
    expect(existsSync(folder("runs", "mine"))).toBe(true);
  });

  it("works where .lerl itself is a link to another disk, and where the folder is gone already", async () => {
    rmSync(join(workspace, ".lerl"), { recursive: true });
    const disk = join(root, "disk");
    mkdirSync(join(disk, "runs", "there"), { recursive: true });
    symlinkSync(disk, join(workspace, ".lerl"));
    expect(await deleteRuns([run({ id: "there" }), run({ id: "gone" })])).toEqual(["there", "gone"]);
    expect(existsSync(join(disk, "runs", "there"))).toBe(false);
  });
});
