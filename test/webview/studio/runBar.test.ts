import { expect, test } from "vitest";
import { requests, studio, useBrowser } from "../support/studioTest.ts";

useBrowser();

test("running, pausing and stopping; Ctrl+Enter runs with the chosen seed", () =>
  studio({ scenario: "fresh" }, async (page) => {
    await page.getByText("The offline planner does not read the prompt.").waitFor();
    await page.locator(".seed").fill("7");
    await page.locator(".seed").press("Tab");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => requests(page, "run")).toEqual([{ seed: 7 }]);
    await page.getByText("Pause", { exact: true }).click();
    await page.getByText("Paused", { exact: true }).waitFor();
    await page.keyboard.press("Control+F5");
    await expect.poll(() => requests(page, "resume")).toHaveLength(1);
    await page.getByText("Stop", { exact: true }).click();
    await page.getByText("Stopped", { exact: true }).waitFor();
  }));

test("progress, time left, calls and cost against their budget", () =>
  studio({}, async (page) => {
    await page.evaluate(() =>
      window.fakeHost.emit("progress", {
        runId: "current",
        phase: "running",
        fraction: 0.62,
        secondsLeft: 95,
        iteration: 75,
        iterations: 120,
        rCum: 9.71,
        calls: 5120,
        cost: 1.25,
      }),
    );
    const status = page.locator(".run-bar .run-status");
    await expect.poll(() => status.innerText()).toMatch(/75 of 120/);
    const text = (await status.innerText()).replace(/\s+/g, " ");
    expect(text).toContain("Left 1 min 35 s");
    expect(text).toContain("Calls 5,120 of 20,000");
    expect(text).toContain("Cost $1.25 of $5.00");
  }));

test("R_cum says who planned where it was measured", () =>
  studio({ scenario: "done" }, async (page) => {
    await page.locator(".run-status", { hasText: /R_cum\s*9\.61\s*with the offline planner/ }).waitFor();
    await page.locator("#result-tab-compare").click();
    await page.locator(".run-chooser", { hasText: "R_cum 8.72 with the offline planner" }).waitFor();
  }));
