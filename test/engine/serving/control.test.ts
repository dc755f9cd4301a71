import { describe, expect, it } from "vitest";
import { RunControl, StopSignal } from "../../../src/engine/serving/control.ts";

function observed() {
  const told: (string | undefined)[] = [];
  const control = new RunControl((paused) => told.push(paused?.reason));
  return { control, told };
}

/** Whether a promise is settled once everything that could settle it has had its turn. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  await new Promise((resolve) => setTimeout(resolve, 20));
  return settled;
}

describe("the control of a run", () => {
  it("lets the loop proceed unless it is paused", async () => {
    const { control, told } = observed();
    await control.proceed();
    control.pause("By hand.");
    const waiting = control.proceed();
    expect(await isSettled(waiting)).toBe(false);
    control.resume();
    await waiting;
    expect(told).toEqual(["By hand.", undefined]);
  });

  it("waits for every reason it was given, and shows the newest", async () => {
    const { control, told } = observed();
    const planner = control.block("planner", "No planner.");
    const critic = control.block("critic", "No critic.");
    control.release("critic");
    await critic;
    expect(await isSettled(planner)).toBe(false);
    control.release("planner");
    await planner;
    expect(told).toEqual(["No planner.", "No critic.", "No planner.", undefined]);
  });

  it("tries again after a while and stays paused until it is released", async () => {
    const { control, told } = observed();
    await control.block("planner", "No server.", 1);
    expect(told).toEqual(["No server."]);
    expect(await isSettled(control.proceed())).toBe(false);
    control.release("planner");
    await control.proceed();
    expect(told).toEqual(["No server.", undefined]);
  });

  it("says so when a retry fails for another reason, and nothing when for the same", async () => {
    const { control, told } = observed();
    await control.block("planner", "No server.", 1);
    await control.block("planner", "No server.", 1);
    await control.block("planner", "The key is refused.", 1);
    control.release("planner");
    expect(told).toEqual(["No server.", "The key is refused.", undefined]);
  });

  it("asks no model while it is paused by hand", async () => {
    const { control } = observed();
    control.pause("By hand.");
    const retry = control.block("planner", "No server.", 1);
    expect(await isSettled(retry)).toBe(false);
    control.resume();
    await retry;
  });

  it("ends every wait when it is stopped, with what stopped it", async () => {
    const { control } = observed();
    control.pause("By hand.");
    const waits = [control.proceed(), control.block("budget", "Used up."), control.block("critic", "Gone.", 60_000)];
    control.stop("interrupted", "Used up.");
    for (const wait of waits) {
      await expect(wait).rejects.toSatisfy(
        (signal) => signal instanceof StopSignal && signal.kind === "interrupted" && signal.reason === "Used up.",
      );
    }
  });
});
