import { beforeEach, describe, expect, it } from "vitest";
import { RunNotifications } from "../../../src/extension/runs/notifications.ts";
import { resumeAfterReload } from "../../../src/extension/runs/resumeAfterReload.ts";
import { runLabel, runNumbers, runTooltip } from "../../../src/extension/runs/runRow.ts";
import { statusText } from "../../../src/extension/runs/statusBar.ts";
import type { RunProgress } from "../../../src/protocol/engine.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { EventEmitter, host, memento, resetHost, window } from "../support/vscode.ts";

const NOW = new Date("2026-05-01T12:00:00Z");

const run = (changes: Partial<RunRecord> = {}): RunRecord => ({
  schemaVersion: 1,
  id: "r",
  name: "Quickstart",
  note: "",
  experimentFile: "/w/q.lerl.json",
  experiment: {},
  seed: 1,
  state: "running",
  startedAt: "2026-05-01T11:55:00Z",
  activeSeconds: 200,
  iteration: 42,
  iterations: 100,
  prompts: [],
  engineVersion: "0",
  ...changes,
});

const progress: RunProgress = {
  runId: "r",
  phase: "Training",
  fraction: 0.426,
  iteration: 42,
  iterations: 100,
  secondsLeft: 80,
  rCum: 8.314,
  calls: 12,
  cost: 0.0213,
};

const summary = { rCum: 8.314, tInt: 12.4, rSin: 0.67, userSteps: 100 };

/** The events a room listens to, fired by the test. */
function storeOf(records: RunRecord[]) {
  const changed = new EventEmitter<string | undefined>();
  const interrupted = new EventEmitter<readonly RunRecord[]>();
  const runs = {
    get all() {
      return records;
    },
    get active() {
      return records.filter(({ state }) => ["starting", "running", "paused"].includes(state));
    },
    get: (id: string) => records.find((record) => record.id === id),
    isMine: () => true,
    load: async () => undefined,
    onDidChange: changed.event,
    onDidProgress: new EventEmitter<RunProgress>().event,
    onDidInterrupt: interrupted.event,
  };
  const become = (record: RunRecord) => {
    records[0] = record;
    changed.fire(record.id);
  };
  return { runs, become, interrupted };
}

beforeEach(resetHost);

describe("a run in a list", () => {
  it("shows its most telling numbers", () => {
    expect(runNumbers(run({ summary }), progress)).toBe("42 % · R_cum 8.31 · T_int 12.40 · 3 min 20 s");
    expect(runNumbers(run({ state: "done", iteration: 100, summary }), undefined)).toBe(
      "R_cum 8.31 · T_int 12.40 · 3 min 20 s",
    );
    expect(runNumbers(run({ state: "paused" }), undefined)).toBe("paused · 42 % · 3 min 20 s");
    expect(
      runNumbers(run({ state: "starting", activeSeconds: 0 }), {
        ...progress,
        phase: "Training the user model",
        fraction: 0.5,
      }),
    ).toMatch(/^Training the user model 50 % · R_cum/);
  });

  it("reads well aloud", () => {
    expect(runLabel(run({ summary }), progress)).toBe(
      "Run Quickstart, running, 42 % · R_cum 8.31 · T_int 12.40 · 3 min 20 s",
    );
  });

  it("shows names, notes and reasons as text, whatever they hold", () => {
    const tooltip = runTooltip(
      run({ name: "**x** | [a](command:b)", note: "<img>", reason: "`r`" }),
      undefined,
      NOW,
    ).value;
    expect(tooltip).not.toContain("[a](command:b)");
    expect(tooltip).not.toContain("<img>");
  });
});

describe("the status bar", () => {
  it("says iteration, R_cum, time left, calls and cost", () => {
    expect(statusText(run(), progress, 0)).toBe(
      "$(loading~spin) LERL 42/100 · R_cum 8.31 · 1 min 20 s left · 12 calls $0.021",
    );
    expect(statusText(run({ state: "paused" }), progress, 1)).toBe(
      "$(debug-pause) LERL 42/100 · R_cum 8.31 · paused · 12 calls $0.021 +1",
    );
  });
});

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
    const services = { memory, launcher, log, now: () => NOW };
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
    expect((await reload(run({ state: "stopped", endedAt: NOW.toISOString() }))).continued).toEqual([]);
    expect((await reload(run({ state: "interrupted" }))).continued).toEqual([]);
  });

  it("asks where the setting says so", async () => {
    host.settings.set("lerl.resumeAfterReload", false);
    host.answerMessage = ({ actions }) => actions[0];
    const { continued } = await reload(ended("2026-05-01T11:59:50Z"));
    expect(continued).toEqual(["r by hand"]);
  });
});
