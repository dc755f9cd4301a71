import { expect, test } from "vitest";
import { studio, useBrowser } from "../../support/studioTest.ts";

useBrowser();

test("curves follow the run: every point sent is there", () =>
  studio({}, async (page) => {
    const points = () => page.locator("[data-metric=tInt]").getAttribute("data-points");
    await expect.poll(points).toBe("74");
    await page.evaluate(async () => {
      // 200 batches of 100 rows, as fast as the page takes them.
      let iteration = 74;
      for (let batch = 0; batch < 200; batch++) {
        const metrics = Array.from({ length: 100 }, () => {
          iteration++;
          return { iteration, userSteps: iteration * 240, values: { tInt: 15 + Math.sin(iteration / 50) } };
        });
        window.fakeHost.append("current", { metrics, timing: [], events: [], references: [] });
        if (batch % 10 === 0) await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    });
    await expect.poll(points).toBe(String(74 + 20_000));
    await page
      .locator("[data-metric=tInt] footer", { hasText: /Showing [\d,]+ of 20,074 points; extremes kept/ })
      .waitFor();
  }));

test("a chart's dots follow the theme, and go where they would touch", () =>
  studio({}, async (page) => {
    const canvas = page.locator("[data-metric=evalRCum] canvas");
    const pixelsOf = (colour: readonly number[]) =>
      canvas.evaluate((element: HTMLCanvasElement, [red, green, blue]) => {
        const { data } = element.getContext("2d")?.getImageData(0, 0, element.width, element.height) ?? { data: [] };
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
          if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) count++;
        }
        return count;
      }, colour);
    await canvas.scrollIntoViewIfNeeded();
    const [dark, light] = [
      [0x37, 0x94, 0xff],
      [0x1a, 0x85, 0xff],
    ];
    await expect.poll(() => pixelsOf(dark)).toBeGreaterThan(20);
    await page.evaluate(() => {
      document.documentElement.style.setProperty("--vscode-charts-blue", "#1a85ff");
      document.body.className = "vscode-light";
    });
    await expect.poll(() => pixelsOf(light)).toBeGreaterThan(20);
    expect(await pixelsOf(dark)).toBe(0);

    /** Dots of the chart's next drawing. */
    const dots = () =>
      page.evaluate(async () => {
        const chart = document.querySelector("[data-metric=evalRCum] canvas");
        const { arc, clearRect } = CanvasRenderingContext2D.prototype;
        let count: number | undefined;
        CanvasRenderingContext2D.prototype.clearRect = function (...area) {
          if (this.canvas === chart) count = 0;
          clearRect.apply(this, area);
        };
        CanvasRenderingContext2D.prototype.arc = function (...circle) {
          if (this.canvas === chart) count = (count ?? 0) + 1;
          arc.apply(this, circle);
        };
        window.fakeHost.append("current", { metrics: [], timing: [], events: [], references: [] });
        while (count === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
        Object.assign(CanvasRenderingContext2D.prototype, { arc, clearRect });
        return count;
      });
    const before = await dots();
    expect(before).toBeGreaterThan(3);
    await page.evaluate(() => {
      const metrics = Array.from({ length: 60 }, (_, i) => ({
        iteration: 100 + i,
        userSteps: (100 + i) * 240,
        values: { evalRCum: 8 + Math.sin(i) },
      }));
      window.fakeHost.append("current", { metrics, timing: [], events: [], references: [] });
    });
    await expect.poll(async () => (await dots()) < before).toBe(true);
  }));

test("zoom, pan, crosshair and events work from the keyboard, and are spoken", () =>
  studio({}, async (page) => {
    const plot = page.locator("[data-metric=rCum] .plot");
    await plot.focus();
    await plot.press("]");
    await page.locator("[data-metric=rCum] .event-popup").waitFor();
    await plot.press("ArrowRight");
    expect(await page.locator("[aria-live=polite].visually-hidden").textContent()).toMatch(
      /R_cum at iteration \d+: Wording 7/,
    );
    await plot.press("+");
    const range = () =>
      page.evaluate(() => JSON.parse(sessionStorage.getItem("fake-host-state") ?? "{}").curves?.range);
    await expect.poll(range).toBeDefined();
    const before = await range();
    await plot.press("Shift+ArrowRight");
    await expect.poll(async () => JSON.stringify(await range())).not.toBe(JSON.stringify(before));
    await plot.press("0");
    await expect.poll(range).toBeUndefined();
  }));

test("dragging selects a part of the axis, a double click shows all again", () =>
  studio({}, async (page) => {
    const box = await page.locator("[data-metric=tInt] .plot").boundingBox();
    if (!box) throw new Error("no plot");
    await page.mouse.move(box.x + 100, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 180, box.y + 60, { steps: 4 });
    await page.mouse.up();
    const all = page.getByRole("button", { name: "Show all" });
    await expect.poll(() => all.isEnabled()).toBe(true);
    await page.mouse.dblclick(box.x + 120, box.y + 60);
    await expect.poll(() => all.isEnabled()).toBe(false);
  }));

test("runs are laid over, hidden by the legend, grouped by seed, and exported whole", () =>
  studio({}, async (page) => {
    for (const run of ["baseline", "seed-2", "seed-3"]) await page.locator(".add-run").selectOption(run);
    await expect.poll(() => page.locator(".legend-entry").count()).toBe(4);
    await page.locator(".legend-entry", { hasText: "quit.repeatCost 0.5" }).waitFor();
    await page.getByText("Group seeds").click();
    await page.getByText("Wording 6, mean of 2 seeds").waitFor();
    await expect.poll(() => page.locator("[data-metric=tInt] .chart-value").count()).toBe(3);
    const baseline = page.getByRole("button", { name: /Baseline/ }).first();
    await baseline.press("Enter");
    await expect.poll(() => baseline.getAttribute("aria-pressed")).toBe("false");
    await expect.poll(() => page.locator("[data-metric=tInt] .chart-value").count()).toBe(2);
    await page.getByRole("button", { name: "Export CSV" }).click();
    await expect.poll(() => page.evaluate(() => window.fakeHost.saved.length)).toBe(1);
    const csv = await page.evaluate(() => window.fakeHost.saved[0]?.content ?? "");
    expect(csv.split("\n").filter((line) => line.startsWith("tInt,current"))).toHaveLength(74);
  }));

test("a chart's numbers stand behind it as a table, and it copies as an image", () =>
  studio({}, async (page) => {
    const card = page.locator("[data-metric=tInt]");
    await card.hover();
    await card.getByRole("button", { name: "Table" }).click();
    await expect.poll(() => card.locator("tbody tr").count()).toBe(74);
    await card.getByRole("button", { name: "Copy T_int as PNG" }).click();
    await page.getByText("Copied T_int as an image.").waitFor();
    const size = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      return (await item?.getType("image/png"))?.size ?? 0;
    });
    expect(size).toBeGreaterThan(2000);
  }));

test("a model that is of no help is one line in the list of events, however often the stand-in answered", () =>
  studio({}, async (page) => {
    const list = page.locator(".event-list");
    await list.locator("summary").click();
    const lines = list.locator("li");
    const before = await lines.count();
    await page.evaluate(() =>
      window.fakeHost.append("current", {
        metrics: [],
        timing: [],
        references: [],
        events: Array.from({ length: 300 }, (_, step) => ({
          type: "stand-in",
          role: "planner",
          iteration: 70,
          userSteps: 16_800 + step,
          episode: "e1",
          step,
          cause: "it holds no JSON list of categories",
          reply: `Sure! ${step}`,
        })),
      }),
    );
    const line = lines.filter({ hasText: "The stand-in answered for the planner's model" });
    await line.getByText("It answered: Sure! 0").waitFor();
    expect(await line.count()).toBe(1);
    expect(await lines.count()).toBe(before + 1);
  }));
