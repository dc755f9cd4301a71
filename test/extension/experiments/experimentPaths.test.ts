import { describe, expect, it } from "vitest";
import { fileKind, resolveBeside } from "../../../src/extension/experiments/experimentPaths.ts";
import { Uri } from "../support/vscode.ts";

describe("experiment and suite files", () => {
  it("are told by their names, and name others beside them", () => {
    expect(fileKind(Uri.file("/w/a.lerl.json"))).toBe("experiment");
    expect(fileKind(Uri.file("/w/a.suite.json"))).toBe("suite");
    expect(fileKind(Uri.file("/w/a.json"))).toBeUndefined();
    expect(resolveBeside(Uri.file("/w/x/a.lerl.json"), "../p.lerl.md").path).toBe("/w/p.lerl.md");
    expect(resolveBeside(Uri.file("/w/x/a.lerl.json"), "/q.lerl.md").path).toBe("/q.lerl.md");
  });
});
