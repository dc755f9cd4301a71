import { beforeEach, describe, expect, it } from "vitest";
import { RunNotifications } from "../../../src/extension/runs/notifications.ts";
import { host, resetHost } from "../support/vscode.ts";
import { run, storeOf, summary } from "./support.ts";

beforeEach(resetHost);

describe("messages about runs", () => {
  const launcher = { resume: async () => run() };

  it("show progress that can be cancelled, and the end with its numbers", () => {
    const { runs, become } = storeOf([]);
    const notifications = new RunNotifications(runs, launcher);
    become(run());
    expect(host.progress.map(({ title }) => title)).toEqual(["Quickstart"]);
    host.progress[0]?.cancel();
    expect(host.executed).toEqual([{ command: "lerl.stop", args: [{ runId: "r" }] }]);
    become(run({ state: "done", summary }));
    expect(host.messages).toEqual([
      { severity: "info", message: '"Quickstart" is done: R_cum 8.31, T_int 12.40.', actions: ["Open Studio"] },
    ]);
    notifications.dispose();
  });

  it("tell what an engine's pause waits for, and nothing about one by hand", () => {
    const { runs, become } = storeOf([]);
    const notifications = new RunNotifications(runs, launcher);
    become(run());
    become(run({ state: "paused", reason: "Paused by hand." }));
    expect(host.messages).toEqual([]);
    become(run());
    become(run({ state: "paused", reason: "The budget of 50 calls is used up." }));
    expect(host.messages).toMatchObject([{ severity: "warning", actions: ["Resume", "Open Studio"] }]);
    expect(host.progress).toHaveLength(1);
    notifications.dispose();
  });

  it("offer Resume when the engine died", async () => {
    const resumed: string[] = [];
    const { runs, interrupted } = storeOf([]);
    host.answerMessage = ({ actions }) => actions[0];
    const resume = async (id: string) => {
      resumed.push(id);
      return run();
    };
    const notifications = new RunNotifications(runs, { resume });
    interrupted.fire([run({ state: "interrupted" })]);
    await Promise.resolve();
    await new Promise((wake) => setTimeout(wake, 0));
    expect(host.messages[0]?.message).toContain('The engine stopped while "Quickstart" was running');
    expect(resumed).toEqual(["r"]);
    notifications.dispose();
  });

  it("stay silent where the setting says so", () => {
    host.settings.set("lerl.runNotification", false);
    const { runs, become } = storeOf([]);
    const notifications = new RunNotifications(runs, launcher);
    become(run());
    expect(host.progress).toEqual([]);
    notifications.dispose();
  });
});
