// A webview is a frame in a frame; the inner one holds the page an extension wrote.
import { setTimeout as sleep } from "node:timers/promises";

/**
 * The frame whose document matches `selector`: every frame of the window is tried until one does, so it also finds a
 * webview that is created or reloaded meanwhile. A frame stays valid until its webview is hidden or reloaded.
 */
export async function webviewFrame(page, selector, timeoutMs = 20_000) {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    for (const frame of page.frames()) {
      if (frame === page.mainFrame()) continue;
      // A frame that goes away while it is asked is simply not the one.
      const found = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (found > 0) return frame;
    }
    await sleep(50);
  }
  throw new Error(`No webview showed an element matching ${selector} within ${timeoutMs / 1000} s`);
}
