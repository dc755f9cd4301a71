import { beforeEach, describe, expect, it } from "vitest";
import { obeyRequestedStart } from "../../../src/extension/runs/requestedStart.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { host, memento, partly, resetHost, Uri } from "../support/vscode.ts";

const file = "/w/quickstart.lerl.json";

beforeEach(() => {
  resetHost();
  host.folders.push({ uri: Uri.file("/w"), name: "w", index: 0 });
});

/** A window's memory and launcher; both outlive reloads of the window. */
function windowOf() {
  const started: string[] = [];
  const memory = memento();
  const launcher = {
    start: async ({ fsPath }: { readonly fsPath: string }) => {
      started.push(fsPath);
      return partly<RunRecord>({});
    },
  };
  const activate = (environment: Record<string, string>) => obeyRequestedStart({ environment, memory, launcher });
  return { started, activate };
}

const opened = () => host.executed.filter(({ command }) => command === "lerl.openStudio").length;

describe("what npm start asks for", () => {
  it("happens once, however often the window is reloaded", async () => {
    const { started, activate } = windowOf();
    const environment = { LERL_START_FILE: file, LERL_START_ID: "a", LERL_START_RUN: "1" };
    await activate(environment);
    await activate(environment);
    expect(started).toEqual([file]);
    expect(opened()).toBe(1);
    await activate({ ...environment, LERL_START_ID: "b" });
    expect(started).toEqual([file, file]);
    expect(opened()).toBe(2);
  });

  it("opens the Studio without starting anything unless asked to run", async () => {
    const { started, activate } = windowOf();
    await activate({ LERL_START_FILE: file, LERL_START_ID: "a" });
    expect(opened()).toBe(1);
    expect(started).toEqual([]);
  });

  it("is nothing where nobody asked, or where the file is not the window's", async () => {
    const { started, activate } = windowOf();
    await activate({});
    await activate({ LERL_START_FILE: file, LERL_START_RUN: "1" });
    await activate({ LERL_START_FILE: "/elsewhere/x.lerl.json", LERL_START_ID: "a", LERL_START_RUN: "1" });
    expect(started).toEqual([]);
    expect(opened()).toBe(0);
  });
});
