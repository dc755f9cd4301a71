// What VS Code tells the user: notifications, dialogs and the status bar.

const center = (page) => page.locator(".notifications-center.visible");

/**
 * Waits for a message that contains `text` (string or RegExp); returns its locator. Read in the notification center,
 * opened from the status bar: messages stay there after their toast is gone, and come there without one. The center
 * closes when something else is given the focus, and is opened again then.
 */
export async function waitForMessage(page, text, timeoutMs = 60_000) {
  const item = center(page).locator(".notification-list-item").filter({ hasText: text }).first();
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if ((await center(page).count()) === 0) await page.locator(".statusbar-item[id='status.notifications'] a").click();
    const shown = await item.waitFor({ timeout: 2000 }).then(
      () => true,
      () => false,
    );
    if (shown) return item;
  }
  throw new Error(`No message with ${text} within ${timeoutMs / 1000} s`);
}

/** Clicks a button of a message in the notification center. */
export async function answerMessage(page, text, button) {
  const item = await waitForMessage(page, text);
  await item.hover();
  await item.locator(".monaco-button").getByText(button, { exact: true }).click();
}

/** Removes every message and closes the notification center. */
export async function clearMessages(page) {
  if ((await center(page).count()) === 0) await page.locator(".statusbar-item[id='status.notifications'] a").click();
  if ((await center(page).locator(".notification-list-item").count()) > 0)
    await center(page).locator(".codicon-notifications-clear-all").first().click();
  else await page.locator(".statusbar-item[id='status.notifications'] a").click();
}

/** Waits for a modal dialog that contains `text` and clicks one of its buttons. */
export async function answerDialog(page, text, button) {
  const dialog = page.locator(".monaco-dialog-box").filter({ hasText: text });
  await dialog.waitFor();
  await dialog.locator(".monaco-button").getByText(button, { exact: true }).click();
}

/** Waits for a status bar entry whose text matches; returns its locator. */
export async function waitForStatusBar(page, text, timeout = 30_000) {
  const entry = page.locator(".statusbar .statusbar-item").filter({ hasText: text }).first();
  await entry.waitFor({ timeout });
  return entry;
}
