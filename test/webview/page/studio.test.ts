/** The whole page in a browser, against a stand-in host that speaks src/protocol/studio.ts. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failuresOf, type OpenOptions, StudioPages } from "../support/studioPage.ts";

let pages: StudioPages;
beforeAll(async () => {
  pages = await StudioPages.start();
});
afterAll(() => pages?.stop());

/** Opens the page, lets the test use it, and asks that nothing failed on the way. */
async function studio(options: OpenOptions, use: (page: Page) => Promise<void>): Promise<void> {
  const page = await pages.open(options);
  try {
    await use(page);
    expect(await failuresOf(page)).toEqual([]);
  } finally {
    await page.context().close();
  }
}

const requests = (page: Page, method: string) =>
  page.evaluate(
    (name) => window.fakeHost.log.filter((entry) => entry.method === name).map(({ params }) => params),
    method,
  );
const plannerText = (page: Page) => page.evaluate(() => window.fakeHost.prompts.planner.text);
const area = (page: Page) => page.locator("textarea.prompt-text");

// ------------------------------------------------------------------------------------------------------------ prompts

test("what is typed shows at once and reaches the prompt file, keystroke by keystroke", () =>
  studio({}, async (page) => {
    await area(page).press("Control+End");
    await area(page).pressSequentially("Prefer surprise over comfort.", { delay: 1 });
    await expect.poll(() => plannerText(page)).toMatch(/Prefer surprise over comfort\.$/);
    expect(await area(page).inputValue()).toBe(await plannerText(page));
  }));

test("an edit in the text editor shows in the page and does not move the caret", () =>
  studio({}, async (page) => {
    await area(page).press("Control+End");
    await page.evaluate(() =>
      window.fakeHost.changePrompt(
        "planner",
        window.fakeHost.prompts.planner.text.replace("role: planner", "role: planner # set"),
      ),
    );
    await expect.poll(() => area(page).inputValue()).toContain("# set");
    await area(page).pressSequentially("end");
    await expect.poll(() => plannerText(page)).toMatch(/end$/);
    expect(await plannerText(page)).toContain("# set");
  }));

test("undo takes back what was typed, here and in the file", () =>
  studio({}, async (page) => {
    const before = await plannerText(page);
    await area(page).press("Control+End");
    await area(page).pressSequentially("oops");
    await expect.poll(() => plannerText(page)).toMatch(/oops$/);
    for (let i = 0; i < 4; i++) await area(page).press("Control+z");
    await expect.poll(() => plannerText(page)).toBe(before);
  }));

test("a colliding outside change asks which text stays", () =>
  studio({}, async (page) => {
    await page.evaluate(() => window.fakeHost.failing.set("editPrompt", "The file is locked."));
    await area(page).press("Control+End");
    await area(page).pressSequentially("mine");
    await page.getByText("The last edit did not reach the file.").waitFor();
    await page.evaluate(() => window.fakeHost.changePrompt("planner", `${window.fakeHost.prompts.planner.text}theirs`));
    await page.getByText("The file was changed outside").waitFor();
    await page.evaluate(() => window.fakeHost.failing.clear());
    await page.getByText("Keep what I typed").click();
    await expect.poll(() => plannerText(page)).toMatch(/mine$/);
  }));

test("a variable's chip inserts it at the caret; problems lead to their line", () =>
  studio({}, async (page) => {
    await area(page).press("Control+End");
    await page.getByRole("button", { name: /Insert step/ }).click();
    await expect.poll(() => plannerText(page)).toMatch(/\{\{ step \}\}$/);
    await page.locator("#tool-tab-problems").click();
    await page.locator(".problem").click();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("TEXTAREA");
  }));

test("history shows the difference to the editor and restores through the host", () =>
  studio({}, async (page) => {
    await page.locator("#tool-tab-history").click();
    await page.locator(".disclosure").first().click();
    await page.locator(".diff-line.added").first().waitFor();
    await page.getByText("Restore this version").click();
    await expect
      .poll(() => requests(page, "restorePrompt"))
      .toEqual([{ role: "planner", hash: "c90ffe12ab", runId: "current" }]);
    await page.reload();
    await page.locator(".history .disclosure").first().waitFor();
  }));

test("an edited prompt is put in force in the running experiment", () =>
  studio({}, async (page) => {
    const button = page.locator("vscode-button", { hasText: "Apply to the run" });
    await area(page).press("Control+End");
    await area(page).pressSequentially("Surprise them.");
    await expect.poll(() => plannerText(page)).toMatch(/Surprise them\.$/);
    await button.click();
    await expect
      .poll(() => requests(page, "apply"))
      .toEqual([{ runId: "current", changes: [{ path: "planner.prompt", value: await plannerText(page) }] }]);
  }));

test("a missing prompt file is offered to be created", () =>
  studio({ scenario: "missingPrompt" }, async (page) => {
    await page.getByText("Create from the default").click();
    await expect.poll(() => area(page).inputValue()).toContain("# system");
  }));

// --------------------------------------------------------------------------------------------------------- thresholds

test("a draft is applied to the running experiment without touching the file, and drawn as a marker", () =>
  studio({}, async (page) => {
    await page.locator("#edit-tab-thresholds").click();
    const apply = page.getByText("Apply to the running experiment");
    await page.locator("#field-simulator-quit-repeatCost").fill("4");
    const text = await page.evaluate(() => window.fakeHost.document.text);
    await apply.click();
    await expect.poll(() => requests(page, "apply")).toHaveLength(1);
    const [applied] = (await requests(page, "apply")) as {
      changes: { path: string; value: { repeatCost: number } }[];
    }[];
    expect(applied?.changes[0]).toMatchObject({ path: "simulator.quit", value: { repeatCost: 4, initialTemper: 20 } });
    expect(await page.evaluate(() => window.fakeHost.document.text)).toBe(text);
    await page.locator(".event-list summary").click();
    await page
      .locator(".event-list")
      .getByText(/repeatCost 1 → 4/)
      .waitFor();
    await page.getByText("The running experiment already uses these values.").waitFor();
  }));

test("a draft is saved to the file without touching the run", () =>
  studio({}, async (page) => {
    await page.locator("#edit-tab-thresholds").click();
    await page.locator("#field-reflections-k").fill("5");
    await page.getByText("Save to the file").click();
    await expect
      .poll(() => requests(page, "editDocument"))
      .toEqual([{ changes: [{ path: "reflections.k", value: 5 }] }]);
    expect(await requests(page, "apply")).toEqual([]);
    await page.getByText("The file already says this.").waitFor();
  }));

test("slider and number field follow each other; out of range nothing can be applied", () =>
  studio({}, async (page) => {
    await page.locator("#edit-tab-thresholds").click();
    const field = page.locator("#field-reflections-k");
    const slider = page.getByRole("slider", { name: "Reflections per plan (k)" });
    await slider.focus();
    await slider.press("ArrowRight");
    await expect.poll(() => field.inputValue()).toBe("4");
    await field.fill("12");
    await expect.poll(() => slider.inputValue()).toBe("12");
    await field.fill("99");
    await page.getByText("Enter 0 to 20.").waitFor();
    expect(
      await page.locator("vscode-button", { hasText: "Save to the file" }).getAttribute("disabled"),
    ).not.toBeNull();
    await page.getByRole("button", { name: "Reset Reflections per plan (k)" }).click();
    await expect.poll(() => field.inputValue()).toBe("3");
  }));

test("the sketch follows the rule, and the window rule brings its own parameters", () =>
  studio({}, async (page) => {
    await page.locator("#edit-tab-thresholds").click();
    await page.locator("#field-simulator-quit-initialTemper").fill("10");
    await page.getByText(/No repeats\s*10/).waitFor();
    await page.getByText(/^\s*Window: /).click();
    await page.getByText(/No repeats\s*30/).waitFor();
    await page.locator("#field-simulator-quit-maxTurns").fill("12");
    await page.getByText(/No repeats\s*12/).waitFor();
  }));

// ------------------------------------------------------------------------------------------------------------- curves

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

// ------------------------------------------------------------------------------------------------- run bar and others

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

test("a failed request is told and can be dismissed; the page works on", () =>
  studio({}, async (page) => {
    await page.evaluate(() => window.fakeHost.failing.set("pause", "The engine did not answer."));
    await page.getByText("Pause", { exact: true }).click();
    await page.getByText("The engine did not answer.").waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await expect.poll(() => page.locator(".notice").count()).toBe(0);
  }));

test("a session is opened, walked with the arrow keys, and a step re-run with the edited prompt", () =>
  studio({}, async (page) => {
    await page.locator("#result-tab-sessions").click();
    await page.getByRole("button", { name: "Worst" }).click();
    await page.locator(".session-item").first().click();
    await page.locator(".strip-step").first().focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("heading", { name: "Step 2" }).waitFor();
    await page.locator(".call summary").first().click();
    await page.locator(".message", { hasText: "## Categories" }).first().waitFor();
    await page.getByText("Re-run this step with the edited prompt").click();
    await page.getByRole("heading", { name: "Recorded plan" }).waitFor();
    const [rerun] = (await requests(page, "rerunStep")) as { step: number; promptText: string }[];
    expect(rerun?.step).toBe(1);
    expect(rerun?.promptText).toBe(await plannerText(page));
  }));

test("runs are compared: intervals, probability of improvement, settings, prompts", () =>
  studio({}, async (page) => {
    await page.locator("#result-tab-compare").click();
    for (const i of [0, 1]) await page.locator(".run-chooser input").nth(i).click();
    await page.getByRole("heading", { name: "Probability of improvement" }).waitFor();
    expect(await page.locator(".improvement tbody td").allTextContents()).toEqual(["–", "0.21", "0.79", "–"]);
    await page.getByText("simulator.quit.repeatCost").waitFor();
    expect(await page.locator(".compare-pane .diff-line.added").count()).toBe(2);
    await page.evaluate(`fakeHost.setRun("baseline", { name: "Fewer repeats" })`);
    await page.locator(".comparison th", { hasText: "Fewer repeats" }).first().waitFor();
  }));

test("everything chosen is there again after a reload, unsent typing included", () =>
  studio({}, async (page) => {
    await page.evaluate(() => window.fakeHost.failing.set("editPrompt", "The window is closing."));
    await area(page).press("Control+End");
    await area(page).pressSequentially("unsent words");
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
