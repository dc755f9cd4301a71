import { expect, test } from "vitest";
import { plannerText, promptArea, requests, studio, useBrowser } from "../support/studioTest.ts";

useBrowser();

test("a failed request is told and can be dismissed; the page works on", () =>
  studio({}, async (page) => {
    await page.evaluate(() => window.fakeHost.failing.set("pause", "The engine did not answer."));
    await page.getByText("Pause", { exact: true }).click();
    await page.getByText("The engine did not answer.").waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await expect.poll(() => page.locator(".notice").count()).toBe(0);
  }));

test("everything chosen is there again after a reload, unsent typing included", () =>
  studio({}, async (page) => {
    await page.evaluate(() => window.fakeHost.failing.set("editPrompt", "The window is closing."));
    await promptArea(page).press("Control+End");
    await promptArea(page).pressSequentially("unsent words");
    await page.locator("#edit-tab-thresholds").click();
    await page.locator("#field-reflections-alpha").fill("2");
    await page.getByText("Logarithmic").click();
    await page.locator("#result-tab-sessions").click();
    await page.locator(".session-item").nth(2).click();
    const user = await page.locator(".session-title h3").textContent();
    await page.reload();
    await page.locator(".session-title h3", { hasText: user ?? "" }).waitFor();
    expect(await page.locator("#field-reflections-alpha").inputValue()).toBe("2");
    await expect.poll(() => plannerText(page)).toMatch(/unsent words$/);
    await page.locator("#result-tab-curves").click();
    expect(await page.locator("vscode-checkbox", { hasText: "Logarithmic" }).getAttribute("aria-checked")).toBe("true");
  }));

test("a run that tells much leaves the editor its time: progress draws no chart, rows draw each a few times a second", () =>
  studio({}, async (page) => {
    const drawings = await page.evaluate(async () => {
      const drawn = new Map<HTMLCanvasElement, number>();
      const { clearRect } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.clearRect = function (...area) {
        drawn.set(this.canvas, (drawn.get(this.canvas) ?? 0) + 1);
        clearRect.apply(this, area);
      };
      const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
      /** The most that one chart was drawn while `tell` was called 50 times a second, and how often it may be. */
      const during = async (tell: (i: number) => void) => {
        // What the page began with has been drawn.
        do {
          drawn.clear();
          await pause(1000);
        } while (drawn.size > 0);
        const began = performance.now();
        for (let i = 0; i < 50; i++) {
          tell(i);
          await pause(20);
        }
        return { times: Math.max(0, ...drawn.values()), most: (performance.now() - began) / 250 + 1 };
      };
      const { fakeHost } = window;
      const served = { id: "trial", phase: "Serving", sessions: 50, calls: 0, cost: 0 };
      const told = { runId: "current", phase: "Training", iterations: 120, calls: 0, cost: 0 };
      return {
        progress: await during((i) => {
          fakeHost.emit("progress", { ...told, fraction: i / 50, iteration: i });
          fakeHost.emit("trialProgress", { ...served, fraction: i / 50, n: i });
          fakeHost.emit("trials", { ids: [], changed: [] });
        }),
        rows: await during((i) =>
          fakeHost.appendUnkept("current", [{ iteration: 75 + i, userSteps: 7500 + i, values: { tInt: i } }]),
        ),
      };
    });
    expect(drawings.progress.times).toBe(0);
    expect(drawings.rows.times).toBeGreaterThan(1);
    expect(drawings.rows.times).toBeLessThanOrEqual(drawings.rows.most);
  }));

test.each([
  ["fresh", "No run yet"],
  ["invalid", "The experiment file has errors"],
  ["untrusted", "This workspace is not trusted."],
  ["noEngine", "The engine is not available."],
])("%s: says what is the matter", (scenario, text) =>
  studio({ scenario }, async (page) => {
    await page.getByText(text).first().waitFor();
    if (scenario === "invalid") await page.getByText("line 12, column 21").waitFor();
  }),
);

test("a long run opens on its newest rows; earlier ones are read where they are in sight, all of them on zooming in", () =>
  studio({ scenario: "done" }, async (page) => {
    const earlier = async () => (await requests(page, "range")) as { from: number; to: number }[];
    expect(await earlier()).toEqual([]);
    await page.evaluate(() => {
      const { fakeHost } = window;
      fakeHost.givenAtOnce = 500;
      const slice = fakeHost.slices.get("current");
      if (!slice) throw new Error("no run");
      const metrics = Array.from({ length: 20_000 }, (_, i) => ({
        iteration: i,
        userSteps: i * 240,
        values: { tInt: i },
      }));
      const cursor = { ...slice.cursor, metrics: metrics.length };
      fakeHost.slices.set("current", { ...slice, metrics, cursor });
      const last = metrics.slice(-1);
      fakeHost.emit("appended", { runId: "current", metrics: last, timing: [], events: [], references: [], cursor });
    });
    await expect.poll(earlier).toEqual([expect.objectContaining({ from: 0, to: expect.any(Number) })]);
    await page.getByText("Of earlier iterations a part is drawn").waitFor();
    await page.getByRole("button", { name: "Zoom in" }).click({ clickCount: 6, delay: 100 });
    await expect.poll(async () => (await earlier()).length).toBeGreaterThan(1);
    const [all, part] = await earlier();
    expect((part?.to ?? 0) - (part?.from ?? 0)).toBeLessThan((all?.to ?? 0) / 2);
    await page.getByRole("button", { name: "Show all" }).click();
    const asked = (await earlier()).length;
    await page.waitForTimeout(500);
    expect(await earlier()).toHaveLength(asked);
  }));
