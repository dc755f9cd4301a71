// What VS Code tells the user: notifications, dialogs and the status bar.

const toasts = (page) => page.locator(".notifications-toasts .notification-list-item");

/** The texts of the notifications on screen. */
export const notifications = (page) => toasts(page).locator(".notification-list-item-message").allTextContents();

/** Waits for a notification that contains `text` (string or RegExp); returns its locator. */
export async function waitForNotification(page, text) {
  const toast = toasts(page).filter({ hasText: text }).first();
  await toast.waitFor();
  return toast;
}

/** Clicks a button of the notification that contains `text`. */
export async function answerNotification(page, text, button) {
  const toast = await waitForNotification(page, text);
  await toast.hover();
  await toast.locator(".monaco-button").getByText(button, { exact: true }).click();
}

/** Closes every notification, so that none covers what a screenshot is about. */
export async function clearNotifications(page) {
  while ((await toasts(page).count()) > 0) {
    const first = toasts(page).first();
    await first.hover();
    await first.locator(".codicon-notifications-clear, .codicon-close").first().click();
  }
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

const center = (page) => page.locator(".notifications-center.visible");

/** The same in the notification center, opened from the status bar: messages stay there after their toast is gone. */
export async function waitForMessage(page, text) {
  if ((await center(page).count()) === 0) await page.locator(".statusbar-item[id='status.notifications'] a").click();
  const item = center(page).locator(".notification-list-item").filter({ hasText: text }).first();
  await item.waitFor();
  return item;
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
