/** What of the timeline is said on the terminal while a run goes on. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { jsonDisplay, quietDisplay, terminalDisplay } from "../../../src/engine/commands/runDisplays.ts";
import type { TimelineEvent } from "../../../src/protocol/run.ts";
import { runRecord } from "../store/records.ts";

let err: string[];
let out: string[];
beforeEach(() => {
  err = [];
  out = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
});
afterEach(() => vi.restoreAllMocks());

const place = { iteration: 1, userSteps: 80 };
const standIn = (role: "planner" | "critic", cause: string, reply = "No.", step?: number): TimelineEvent => ({
  type: "stand-in",
  role,
  ...place,
  episode: "s0-1",
  cause,
  reply,
  ...(step !== undefined && { step }),
});

describe.each([
  ["quiet", quietDisplay],
  ["full", terminalDisplay],
])("the %s terminal", (_, display) => {
  const tell = (...events: readonly TimelineEvent[]): void => {
    const { listener } = display();
    for (const event of events) listener.row?.("r", "events", event);
  };

  it("tells the first of each kind of reply that the stand-in took the place of, with cause and reply", () => {
    tell(
      standIn("planner", "it is empty", "", 3),
      standIn("planner", "it is empty", "", 4),
      standIn("planner", "the model refused", "I'm sorry", 5),
      standIn("critic", "the model refused", "I cannot"),
      standIn("critic", "the model refused", "I can't"),
    );
    expect(err).toHaveLength(3);
    expect(err[0]).toMatch(/planner.*stand-in.*session s0-1, step 3.*it is empty/);
    expect(err[0]).not.toContain("It answered");
    expect(err[1]).toMatch(/planner.*the model refused.*"I'm sorry"/);
    expect(err[2]).toMatch(/critic.*session s0-1\).*the model refused.*"I cannot"/);
  });

  it("tells pauses and what is noticed of a model, and no other warning", () => {
    tell(
      { type: "paused", ...place, reason: "No connection." },
      { type: "warning", ...place, code: "model.prompt-cut", message: "The prompt was cut.", evidence: {} },
      { type: "warning", ...place, code: "ppo.kl", message: "Too far.", evidence: {} },
    );
    expect(err.join("")).toMatch(/No connection\.[\s\S]*The prompt was cut\./);
    expect(err).toHaveLength(2);
  });
});

describe("the summary", () => {
  it.each([
    [{ model: 12, standIn: 4 }, /Plans: 12 of 16 by the model, 4 by the stand-in\.\n/],
    [{ model: 16, standIn: 0 }, /Plans: 16 of 16 by the model\.\n/],
    [{ model: 3, standIn: 5 }, /Plans: 3 of 8 by the model, 5 by the stand-in\. .*not the model's work/],
  ])("says how many plans were the model's: %j", (planner, line) => {
    quietDisplay().end(runRecord("r", { answered: { planner, critic: { model: 1, standIn: 1 } } }), "r");
    expect(out.join("")).toMatch(line);
    expect(out.join("")).toContain("Reflections: 1 of 2 by the model, 1 by the stand-in.");
  });

  it("judges the model's plans as plans, in words and for programs", () => {
    const plans = { plans: 16, usable: 0.75, different: 6, copied: 0.5, sameness: 0.875 };
    const summary = { tInt: 4, rCum: 2, rSin: 0.5, userSteps: 64, plans };
    quietDisplay().end(runRecord("r", { summary }), "r");
    expect(out.join("")).toContain(
      "Judged as plans: 75 % usable, 6.0 categories, 50 % copied, 87.5 % same over visits.\n",
    );
    out.length = 0;
    jsonDisplay().end(runRecord("r", { summary }), "r");
    expect(JSON.parse(out.join(""))).toMatchObject({ type: "summary", plans });
  });

  it("says nothing of models where none was asked", () => {
    quietDisplay().end(runRecord("r"), "r");
    expect(out.join("")).not.toMatch(/[Pp]lans|Reflections/);
  });

  it("holds the counts for programs too", () => {
    const answered = { planner: { model: 3, standIn: 5 } };
    jsonDisplay().end(runRecord("r", { answered }), "r");
    expect(JSON.parse(out.join(""))).toMatchObject({ type: "summary", answered });
  });
});
