import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { progress, requests, studio, useBrowser } from "../support/studioTest.ts";

useBrowser();

test("running, pausing and stopping; Ctrl+F5 runs with the chosen seed", () =>
  studio({ scenario: "fresh" }, async (page) => {
    await page.getByText("The offline planner does not read the prompt.").waitFor();
    await page.locator(".seed").fill("7");
    await page.locator(".seed").press("Tab");
    await page.keyboard.press("Control+F5");
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
    await progress(page, { secondsLeft: 95, rCum: 9.71, cost: 1.25 });
    const status = page.locator(".run-bar .run-status");
    await expect.poll(() => status.innerText()).toMatch(/75 of 120/);
    const text = (await status.innerText()).replace(/\s+/g, " ");
    expect(text).toContain("Left 1 min 35 s");
    expect(text).toContain("Calls 5,120 of 20,000");
    expect(text).toContain("Cost $1.25 of $5.00");
    // That it trains is what the state says; other phases are named.
    expect(await page.locator(".run-phase").count()).toBe(0);
  }));

test("beside Run stands what a run asks for: with its limit, or without; nothing where no model is asked", () =>
  studio({ scenario: "done" }, async (page) => {
    const beside = page.locator(".run-cost");
    const change = (models: object, planner: object = {}): Promise<void> =>
      page.evaluate(
        ([limits, asked]) => {
          const { document, experiment } = window.fakeHost;
          const { critic } = experiment;
          const changed = {
            ...experiment,
            planner: { ...experiment.planner, replanEvery: 4, ...asked },
            critic: { ...critic, enabled: true, provider: "offline" as const },
            training: { ...experiment.training, iterations: 100, rolloutSteps: 20 },
            simulator: { ...experiment.simulator, users: 10 },
            models: { ...experiment.models, maxCalls: 0, ...limits },
          };
          window.fakeHost.emit("document", { ...document, experiment: changed });
        },
        [models, planner] as const,
      );
    await change({});
    // 1,000 visits of 20 steps are 5,000 plans; 16 visits every 10 of 100 iterations 800 more.
    await expect.poll(() => beside.textContent()).toBe("about 5,800 calls");
    expect(await beside.getAttribute("title")).toContain("and up to 800 plans in evaluations");
    await change({ maxCalls: 3000 });
    await expect.poll(() => beside.textContent()).toBe("pauses at 3,000 calls");
    await change({}, { provider: "offline" });
    await expect.poll(() => beside.count()).toBe(0);
  }));

test("what calls of a model without a price cost is not known", () =>
  studio({}, async (page) => {
    await page.evaluate(() => {
      const { runs } = window.fakeHost;
      const unpriced = runs.map((run) => {
        const { models, ...experiment } = run.experiment;
        return { ...run, experiment: { ...experiment, models: { ...models, prices: {} } } };
      });
      window.fakeHost.emit("runs", { runs: unpriced, currentRun: runs[0]?.id ?? "" });
    });
    await progress(page, { cost: 0 });
    await page.locator(".run-status", { hasText: /Cost\s*price unknown of \$5\.00/ }).waitFor();
    // Another model's calls have a price.
    await progress(page, { cost: 0.5 });
    await page.locator(".run-status", { hasText: /Cost\s*\$0\.500? and more of \$5\.00/ }).waitFor();
  }));

test("R_cum says whose it is: the prompt's with its visits, or the policy's alone", () =>
  studio({ scenario: "done" }, async (page) => {
    await page.locator(".run-status", { hasText: /R_cum\s*9\.74\s*of the prompt, 16 visits/ }).waitFor();
    await page.locator("#result-tab-compare").click();
    await page.locator(".run-chooser", { hasText: "R_cum 8.72 with the offline planner" }).waitFor();
  }));

test("what a finished run scores in training's world stands beside the evaluation's, with the drop between them", () =>
  studio({ scenario: "done" }, async (page) => {
    await page.locator(".run-status").waitFor();
    expect(await status(page)).not.toContain("In training's world");
    for (const [rCum, told] of [
      [4.5, "drop 0.875"],
      [6, "gain 0.625"],
    ] as const) {
      const trainingWorld = { tInt: 20, rCum: 5.375, rSin: 0.269 };
      const summary = { tInt: 20, rCum, rSin: rCum / 20, planner: "none", userSteps: 100, trainingWorld } as const;
      await page.evaluate((changed) => window.fakeHost.setRun("current", { summary: changed }), summary);
      await expect.poll(() => status(page)).toContain(`In training's world 5.375 ${told}`);
    }
  }));

const spaced = (text: string): string => text.replace(/\s+/g, " ");
const status = async (page: Page) => spaced(await page.locator(".run-bar .run-status").innerText());
const reasons = async (page: Page) => (await page.locator(".run-reason").allInnerTexts()).map(spaced);

test("who answered is told for each role, with every iteration and when the run has ended", () =>
  studio({}, async (page) => {
    await page.locator(".run-status").waitFor();
    expect(await status(page)).not.toContain("By the model");
    await progress(page, { answered: { planner: { model: 1200, standIn: 0 }, critic: { model: 40, standIn: 0 } } });
    await expect.poll(() => status(page)).toContain("By the model 1,200 of 1,200 plans, 40 of 40 reflections");
    expect(await reasons(page)).toEqual([]);
    await page.evaluate(() =>
      window.fakeHost.setRun("current", { state: "done", answered: { planner: { model: 1350, standIn: 3 } } }),
    );
    await expect.poll(() => status(page)).toContain("By the model 1,350 of 1,353 plans");
    expect(await status(page)).not.toContain("Judged as plans");
    await page.evaluate(() => {
      const plans = { plans: 1353, usable: 0.998, different: 6.2, sameness: 0.93 };
      window.fakeHost.setRun("current", { summary: { tInt: 9, rCum: 4, rSin: 0.4, userSteps: 9000, plans } });
    });
    await expect
      .poll(() => status(page))
      .toContain("Judged as plans 99.8 % usable, 6.2 categories, 93 % same over visits");
  }));

test("what the stand-in did in the model's place is said, and louder where it did most", () =>
  studio({}, async (page) => {
    await progress(page, { answered: { planner: { model: 12, standIn: 4 }, critic: { model: 3, standIn: 0 } } });
    const why = "because replies could not be used. The events on the curves say why.";
    await expect.poll(() => reasons(page)).toEqual([`4 of 16 plans are the stand-in's, ${why}`]);
    expect(await page.locator(".run-reason.warning").count()).toBe(0);
    await progress(page, { answered: { planner: { model: 3, standIn: 13 }, critic: { model: 2, standIn: 1 } } });
    const counts = "13 of 16 plans and 1 of 3 reflections are the stand-in's";
    await expect.poll(() => reasons(page)).toEqual([`This is hardly the model's work: ${counts}, ${why}`]);
    expect(await page.locator(".run-reason.warning").count()).toBe(1);
  }));

test("what goes on at the model's server is told while the run is under way", () =>
  studio({}, async (page) => {
    const models = {
      inFlight: 4,
      waiting: 12,
      limit: 4,
      silentSeconds: 1,
      latencySeconds: 2.345,
      tokensPerSecond: 41.26,
    };
    await progress(page, { models });
    await expect.poll(() => status(page)).toMatch(/Model server 4 in flight · 12 waiting · 2.35 s · 41.3 tokens\/s$/);
    // Before the first answer there is no pace to tell; a long silence is.
    await progress(page, { models: { inFlight: 1, waiting: 0, limit: 1, silentSeconds: 74.6 } });
    await expect.poll(() => status(page)).toMatch(/Model server 1 in flight · silent for 1 min 15 s$/);
    await progress(page, { models: { inFlight: 0, waiting: 3, limit: 1, silentSeconds: 0, latencySeconds: 2 } });
    await expect.poll(() => status(page)).toMatch(/Model server 0 in flight · 3 waiting · 2 s$/);
    await page.evaluate(() => window.fakeHost.setRun("current", { state: "paused", reason: "None could be read." }));
    await expect.poll(() => status(page)).not.toContain("in flight");
    expect(await reasons(page)).toEqual(["None could be read."]);
    await page.evaluate(() => window.fakeHost.setRun("current", { state: "running" }));
    await expect.poll(() => status(page)).toContain("in flight");
    await page.evaluate(() => window.fakeHost.setRun("current", { state: "done" }));
    await expect.poll(() => status(page)).not.toContain("in flight");
  }));

test("what was read of the data stands in a line, and what makes results worth less under it", () =>
  studio({}, async (page) => {
    const line = page.locator(".run-data");
    expect(await line.count()).toBe(0);
    const read =
      "log.csv: 3,000 interactions read, 2,900 kept; dropped: 100 interactions with an item without a category.";
    const weak = { code: "user-model.weak", message: "The user model hardly tells a click from none." };
    const tell = (data: object) =>
      page.evaluate((told) => window.fakeHost.setRun("current", { data: told as never }), data);
    await tell({ read, findings: [weak] });
    await expect.poll(() => line.allInnerTexts()).toEqual([read]);
    expect(await line.getAttribute("title")).toBe(read);
    await expect.poll(() => reasons(page)).toEqual([weak.message]);
    expect(await page.locator(".run-reason.warning").count()).toBe(1);
    // It says the same, and more.
    const dropped = { code: "data.dropped", message: "log.csv: 33 % of the interactions were dropped." };
    await tell({ read, findings: [dropped, weak] });
    await expect.poll(() => reasons(page)).toEqual([dropped.message, weak.message]);
    expect(await line.count()).toBe(0);
  }));
