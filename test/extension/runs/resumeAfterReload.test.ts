import { beforeEach, describe, expect, it } from "vitest";
import { resumeAfterReload } from "../../../src/extension/runs/resumeAfterReload.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { host, memento, resetHost, window } from "../support/vscode.ts";
import { noon, run, storeOf } from "./support.ts";

beforeEach(resetHost);

describe("after a reload of the window", () => {
  async function reload(record: RunRecord) {
    const continued: string[] = [];
    const memory = memento();
    const { runs, become } = storeOf([run()]);
    const log = window.createOutputChannel("LERL", { log: true });
    const goOn = (how: string) => async (id: string) => {
      continued.push(`${id}${how}`);
      return record;
    };
    const launcher = { continue: goOn(""), resume: goOn(" by hand") };
    const services = { memory, launcher, log, now: () => noon };
    // The window before: the run is active in it.
    const before = resumeAfterReload({ ...services, runs });
    become(run({ iteration: 43 }));
    before.dispose();
    const after = storeOf([record]);
    resumeAfterReload({ ...services, runs: after.runs });
    await new Promise((wake) => setTimeout(wake, 5));
    return { continued, become: after.become, remembered: () => memory.get("lerl.activeRuns") };
  }
  const ended = (endedAt: string) => run({ state: "interrupted", endedAt });

  it("goes on with the run that it interrupted", async () => {
    const { continued, become, remembered } = await reload(ended("2026-05-01T11:59:50Z"));
    expect(continued).toEqual(["r"]);
    become(run());
    expect(remembered(), "for the next reload").toEqual(["r"]);
    become(run({ state: "done" }));
    expect(remembered()).toEqual([]);
  });

  it("does not where the window was closed for longer, or the run ended otherwise", async () => {
    expect((await reload(ended("2026-05-01T10:00:00Z"))).continued).toEqual([]);
    expect((await reload(ended("2026-05-03T10:00:00Z"))).continued, "the clock was set back").toEqual([]);
    expect((await reload(run({ state: "stopped", endedAt: noon.toISOString() }))).continued).toEqual([]);
    expect((await reload(run({ state: "interrupted" }))).continued).toEqual([]);
  });

  it("asks where the setting says so", async () => {
    host.settings.set("lerl.resumeAfterReload", false);
    host.answerMessage = ({ actions }) => actions[0];
    const { continued } = await reload(ended("2026-05-01T11:59:50Z"));
    expect(continued).toEqual(["r by hand"]);
  });
});
