import { beforeEach, describe, expect, it } from "vitest";
import { startRequestedRun } from "../../../src/extension/experiments/requestedRun.ts";
import { host, resetHost, Uri } from "../support/vscode.ts";

const file = "/w/quickstart.lerl.json";

beforeEach(() => {
  resetHost();
  host.folders.push({ uri: Uri.file("/w"), name: "w", index: 0 });
});

/** A window's memory and launcher; both outlive reloads of the window. */
function windowOf() {
  const kept = new Map<string, unknown>();
  const started: string[] = [];
  const memory = {
    get: (key: string) => kept.get(key),
    update: async (key: string, value: unknown) => void kept.set(key, value),
  };
  const launcher = { start: async (uri: { fsPath: string }) => void started.push(uri.fsPath) };
  const activate = (environment: Record<string, string>) =>
    startRequestedRun({ environment, memory, launcher } as never);
  return { started, activate };
}

describe("the run that npm start asks for", () => {
  it("starts once, however often the window is reloaded", async () => {
    const { started, activate } = windowOf();
    const environment = { LERL_START_RUN: file, LERL_START_ID: "a" };
    await activate(environment);
    await activate(environment);
    expect(started).toEqual([file]);
    await activate({ ...environment, LERL_START_ID: "b" });
    expect(started).toEqual([file, file]);
  });

  it("is nothing where nobody asked, or where the file is not the window's", async () => {
    const { started, activate } = windowOf();
    await activate({});
    await activate({ LERL_START_RUN: file });
    await activate({ LERL_START_RUN: "/elsewhere/x.lerl.json", LERL_START_ID: "a" });
    expect(started).toEqual([]);
  });
});
