import { describe, expect, it } from "vitest";
import { framed } from "../../../src/extension/runs/reportPanel.ts";

const POLICY = /^<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; [^"]*">/;

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
