import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { framed, ReportPanels } from "../../../src/extension/runs/reportPanel.ts";

const POLICY = /^<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; [^"]*">/;

describe.skipIf(process.platform === "win32")("what stands where a report should", () => {
  const folder = mkdtempSync(join(tmpdir(), "lerl-report-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is shown as a file only: a named pipe is not waited for, and a link shows no other file", async () => {
    writeFileSync(join(folder, "secret.html"), "secret");
    symlinkSync("secret.html", join(folder, "link.html"));
    spawnSync("mkfifo", [join(folder, "pipe.html")]);
    for (const name of ["link.html", "pipe.html"]) {
      await expect(new ReportPanels().show(join(folder, name))).rejects.toThrow("is not a regular file");
    }
  });
});

describe("a report in the editor", () => {
  it("is governed before its first character, whatever the file holds by now", () => {
    for (const html of ["<html><head></head></html>", "<HEAD><script>1</script>", "<script>1</script><head></head>"]) {
      expect(framed(html)).toMatch(POLICY);
      expect(framed(html)).not.toMatch(/script-src|https?:/);
    }
  });

  it("has the editor's theme", () => {
    expect(framed("<head><style>a</style></head>")).toMatch(/<style>a<\/style><style>[\s\S]*--page: var\(--vscode/);
  });
});
