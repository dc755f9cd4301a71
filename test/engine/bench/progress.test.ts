import { describe, expect, it } from "vitest";
import { Progress } from "../../../bench/progress.ts";

/** A terminal that keeps what is written, and a clock that is set by hand. */
function progress(left: number) {
  const written: string[] = [];
  const clock = { now: 0 };
  const stream = { isTTY: true, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  const last = () => written.at(-1) ?? "";
  return { clock, last, progress: new Progress(left, stream, () => clock.now) };
}

describe("the time left", () => {
  it("is the plan at first, then the plan at the pace of what was measured", () => {
    const { clock, last, progress: bar } = progress(100);
    bar.begin("quickstart", 40);
    expect(last()).toContain("quickstart, about 1:40 left");
    clock.now = 20;
    bar.measured(10);
    // Twice as slow as planned: 90 planned seconds are 180.
    expect(last()).toContain("about 3:00 left");
  });

  it("does not count what a row is prepared with, nor the rest of a row that cannot go on", () => {
    const { clock, last, progress: bar } = progress(100);
    bar.begin("quickstart", 40);
    clock.now = 10;
    bar.measured(10);
    bar.end();
    clock.now = 500;
    bar.begin("kuairand-packed", 60);
    expect(last()).toContain("kuairand-packed, about 1:00 left");
  });
});
