import { expect, test } from "vitest";
import { requests, studio, useBrowser } from "../../support/studioTest.ts";

useBrowser();

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
