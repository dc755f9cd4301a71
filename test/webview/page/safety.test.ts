/** Text from models, files and data is only ever text. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { failuresOf, StudioPages } from "../support/studioPage.ts";

let pages: StudioPages;
beforeAll(async () => {
  pages = await StudioPages.start();
});
afterAll(() => pages?.stop());

const HOSTILE = `</pre><img src=x onerror="window.broken=1"><script>window.broken=1</script>{{ user }}{% for i in (1..9) %}\${alert(1)}<style>*{display:none}</style>`;
const MEGABYTE = `${HOSTILE}${"<b>x</b> ".repeat(125_000)}`;

test("HTML, script, Liquid and a megabyte change nothing but their own text", async () => {
  const page = await pages.open({});
  const shape = () => page.evaluate(() => document.querySelectorAll("script, img, style, iframe, object").length);
  const before = await shape();
  await page.evaluate(
    ({ bad, big }) => {
      const host = window.fakeHost;
      const [first] = host.sessions;
      if (!first) throw new Error("no session");
      const [step] = first.steps;
      if (!step) throw new Error("no step");
      host.sessions = [
        {
          ...first,
          user: bad,
          reflection: big,
          steps: [
            { ...step, items: step.items.map(() => bad), feedback: step.items.map(() => [bad]) },
            ...first.steps.slice(1),
          ],
        },
      ];
      host.runs = host.runs.map((run) => ({ ...run, name: bad, reason: bad }));
      host.emit("runs", { runs: host.runs, currentRun: "current" });
      host.append("current", {
        metrics: [],
        timing: [],
        references: [],
        events: [{ type: "change", path: bad, from: bad, to: big, iteration: 70, userSteps: 16_800 }],
      });
      host.emit("progress", {
        runId: "current",
        phase: bad,
        fraction: 0.5,
        iteration: 1,
        iterations: 2,
        calls: 1,
        cost: 1,
      });
      host.changePrompt("planner", big);
    },
    { bad: HOSTILE, big: MEGABYTE },
  );
  await page.locator("#result-tab-sessions").click();
  await page.locator(".session-item").first().click();
  await page.locator("blockquote").waitFor();
  expect(await page.locator("blockquote").textContent()).toBe(MEGABYTE);
  expect(await page.locator(".session-title h3").textContent()).toContain("<script>window.broken=1</script>");
  expect(await page.locator("textarea.prompt-text").inputValue()).toBe(MEGABYTE);
  expect(await shape()).toBe(before);
  expect(await page.evaluate(() => "broken" in window)).toBe(false);
  await page.locator("#result-tab-curves").click();
  await page.locator(".event-list summary").click();
  await page.locator("#edit-tab-thresholds").click();
  expect(await page.evaluate(() => "broken" in window)).toBe(false);
  expect(await failuresOf(page)).toEqual([]);
  await page.context().close();
});
