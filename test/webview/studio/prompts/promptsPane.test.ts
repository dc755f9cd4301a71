import { expect, test } from "vitest";
import { plannerText, promptArea, requests, studio, useBrowser } from "../../support/studioTest.ts";

useBrowser();

test("what is typed shows at once and reaches the prompt file, keystroke by keystroke", () =>
  studio({}, async (page) => {
    await promptArea(page).press("Control+End");
    await promptArea(page).pressSequentially("Prefer surprise over comfort.", { delay: 1 });
    await expect.poll(() => plannerText(page)).toMatch(/Prefer surprise over comfort\.$/);
    expect(await promptArea(page).inputValue()).toBe(await plannerText(page));
  }));

test("an edit in the text editor shows in the page and does not move the caret", () =>
  studio({}, async (page) => {
    await promptArea(page).press("Control+End");
    await page.evaluate(() =>
      window.fakeHost.changePrompt(
        "planner",
        window.fakeHost.prompts.planner.text.replace("role: planner", "role: planner # set"),
      ),
    );
    await expect.poll(() => promptArea(page).inputValue()).toContain("# set");
    await promptArea(page).pressSequentially("end");
    await expect.poll(() => plannerText(page)).toMatch(/end$/);
    expect(await plannerText(page)).toContain("# set");
  }));

test("undo takes back what was typed, here and in the file", () =>
  studio({}, async (page) => {
    const before = await plannerText(page);
    await promptArea(page).press("Control+End");
    await promptArea(page).pressSequentially("oops");
    await expect.poll(() => plannerText(page)).toMatch(/oops$/);
    for (let i = 0; i < 4; i++) await promptArea(page).press("Control+z");
    await expect.poll(() => plannerText(page)).toBe(before);
  }));

test("a colliding outside change asks which text stays", () =>
  studio({}, async (page) => {
    await page.evaluate(() => window.fakeHost.failing.set("editPrompt", "The file is locked."));
    await promptArea(page).press("Control+End");
    await promptArea(page).pressSequentially("mine");
    await page.getByText("The last edit did not reach the file.").waitFor();
    await page.evaluate(() => window.fakeHost.changePrompt("planner", `${window.fakeHost.prompts.planner.text}theirs`));
    await page.getByText("The file was changed outside").waitFor();
    await page.evaluate(() => window.fakeHost.failing.clear());
    await page.getByText("Keep what I typed").click();
    await expect.poll(() => plannerText(page)).toMatch(/mine$/);
  }));

test("a variable's chip inserts it at the caret; problems lead to their line", () =>
  studio({}, async (page) => {
    await promptArea(page).press("Control+End");
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
    await promptArea(page).press("Control+End");
    await promptArea(page).pressSequentially("Surprise them.");
    await expect.poll(() => plannerText(page)).toMatch(/Surprise them\.$/);
    await button.click();
    await expect
      .poll(() => requests(page, "apply"))
      .toEqual([{ runId: "current", changes: [{ path: "planner.prompt", value: await plannerText(page) }] }]);
  }));

test("a missing prompt file is offered to be created", () =>
  studio({ scenario: "missingPrompt" }, async (page) => {
    await page.getByText("Create from the default").click();
    await expect.poll(() => promptArea(page).inputValue()).toContain("# system");
  }));

test("the decision that the planner's preview shows is kept as a moment; the critic's preview shows none", () =>
  studio({ scenario: "done" }, async (page) => {
    await page.locator("#tool-tab-preview").click();
    await page.getByText("Keep as moment", { exact: true }).click();
    await page.locator(".notice", { hasText: "from the log, step 4” in quickstart.moments.json" }).waitFor();
    expect(await requests(page, "keepPreview")).toMatchObject([{ runId: expect.any(String) }]);
    await page.getByRole("tab", { name: "Critic" }).click();
    await page.locator("pre.message").first().waitFor();
    await expect.poll(() => page.getByText("Keep as moment", { exact: true }).count()).toBe(0);
    await page.locator("pre.message").first().waitFor();
    expect(await page.getByText("Keep as moment", { exact: true }).count()).toBe(0);
  }));
