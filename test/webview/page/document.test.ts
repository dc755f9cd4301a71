/** The document that the page starts in, before its script. */
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pageDocument } from "../../../src/extension/studio/pageDocument.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
});
afterAll(() => browser?.close());

const parts = {
  nonce: "bm9uY2U",
  source: "http://studio.test",
  styles: "http://studio.test/studio.css",
  script: "http://studio.test/studio.js",
  language: "en",
  opening: "Opening wording.lerl.json…",
};

test("says what it opens, has loaded, and only then asks for its styles and its script", async () => {
  const page = await browser.newPage();
  const asked: string[] = [];
  await page.route("**/*", (route) => {
    const url = route.request().url();
    if (url === "http://studio.test/") return route.fulfill({ contentType: "text/html", body: pageDocument(parts) });
    asked.push(url);
    // Never answered: the document must not wait for them.
    return undefined;
  });
  await page.goto("http://studio.test/", { waitUntil: "load" });
  expect(await page.locator("main").innerText()).toBe("Opening wording.lerl.json…");
  await expect.poll(() => asked).toEqual([parts.styles, parts.script]);
  await page.close();
});

test("a file's name is text, whatever it holds", async () => {
  const page = await browser.newPage();
  const opening = `Opening "><img src=x onerror=alert(1)></main><script>alert(2)</script>&amp;`;
  await page.route("**/*", (route) =>
    route.request().url() === "http://studio.test/"
      ? route.fulfill({ contentType: "text/html", body: pageDocument({ ...parts, opening, language: 'en"><b>' }) })
      : route.abort(),
  );
  await page.goto("http://studio.test/");
  expect(await page.locator("main p").textContent()).toBe(opening);
  expect(await page.locator("img, b").count()).toBe(0);
  expect(await page.locator("html").getAttribute("lang")).toBe("en");
  await page.close();
});
