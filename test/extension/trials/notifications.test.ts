import { describe, expect, it } from "vitest";
import { trialResult } from "../support/trialSummary.ts";
import { host } from "../support/vscode.ts";
import { openRoom } from "./support.ts";

describe("a trial that ends", () => {
  it("says what it found, with the way to it", async () => {
    const { studio, trial } = await openRoom();
    studio.engine.answer("trials/list", () => [trial({ state: "done" })]);
    host.answerMessage = ({ actions }) => actions[0];
    studio.engine.notify("trial/changed", trial());
    studio.engine.notify("trial/changed", trial({ result: trialResult() }));
    expect(host.messages).toEqual([]);
    studio.engine.notify("trial/changed", trial({ state: "done", result: trialResult() }));
    studio.engine.notify("trial/changed", trial({ state: "done", result: trialResult() }));
    expect(host.messages).toEqual([
      {
        severity: "info",
        message: '"Quickstart: planner.lerl.md" is done: better +0.42 [+0.11, +0.70].',
        actions: ["Open"],
      },
    ]);
    await expect
      .poll(() => host.executed.at(-1))
      .toMatchObject({
        command: "lerl.openStudio",
        args: [{}, { tab: "trial", trial: "t" }],
      });
  });

  it("stays quiet where a page shows it, and where somebody stopped it", async () => {
    const { studio, trial } = await openRoom({ page: true });
    const serve = (state: "done" | "stopped"): void => {
      studio.engine.notify("trial/changed", trial());
      studio.engine.notify("trial/changed", trial({ state }));
    };
    serve("done");
    studio.page.hide();
    serve("stopped");
    expect(host.messages).toEqual([]);
    serve("done");
    expect(host.messages).toHaveLength(1);
  });

  it("is another process's affair where that serves it", async () => {
    const { studio, trial } = await openRoom();
    studio.engine.answer("trials/list", () => [trial()]);
    await studio.services.trials.load();
    studio.engine.answer("trials/list", () => [trial({ state: "done" })]);
    await studio.services.trials.refresh();
    expect(host.messages).toEqual([]);
  });

  it("says why it failed, was interrupted, or waits", async () => {
    const { studio, trial } = await openRoom();
    for (const state of ["failed", "interrupted", "paused"] as const) {
      studio.engine.notify("trial/changed", trial());
      studio.engine.notify("trial/changed", trial({ state, reason: "The server is gone." }));
      studio.engine.notify("trial/changed", trial({ state, reason: "The server is gone." }));
    }
    expect(host.messages.map(({ severity, message, actions }) => [severity, message, actions.join()])).toEqual([
      ["error", '"Quickstart: planner.lerl.md" failed: The server is gone.', "Open,Show Log"],
      [
        "warning",
        '"Quickstart: planner.lerl.md" was interrupted. What was paid for is kept, and it can go on. The server is gone.',
        "Open",
      ],
      ["warning", '"Quickstart: planner.lerl.md" is paused: The server is gone.', "Open"],
    ]);
  });
});
