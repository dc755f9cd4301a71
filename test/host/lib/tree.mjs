// Views in the side bar: containers, tree rows, their inline actions and context menus.

const exactly = (text) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);

/** Shows a view container ("LERL", "Explorer") by its activity bar icon; does nothing when it is shown already. */
export async function showContainer(page, title) {
  const item = page.locator(".activitybar .action-item").filter({ has: page.locator(`a[aria-label^="${title}"]`) });
  await item.waitFor();
  if (!/\bchecked\b/.test((await item.getAttribute("class")) ?? "")) await item.click();
}

/** The pane of a view by its title as the user reads it. */
export const view = (page, title) =>
  page.locator(".part.sidebar .pane").filter({ has: page.locator(".pane-header .title", { hasText: exactly(title) }) });

/** A tree row by its exact label, in all views or in the view titled `options.view`. */
export function treeRow(page, label, options = {}) {
  const scope = options.view ? view(page, options.view) : page.locator(".part.sidebar");
  return scope.locator(".monaco-list-row").filter({ has: page.locator(".label-name", { hasText: exactly(label) }) });
}

/** Clicks a row as a user does; a row that has children folds or unfolds. */
export const clickRow = (page, label, options) => treeRow(page, label, options).first().click();

const patienceMs = 30_000;

/**
 * Hovers `area` and clicks the action in it that is shown under the pointer alone. A list that is drawn anew takes both
 * from under the pointer: then hovers again, as a user does.
 */
export async function clickHovered(area, action) {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      await area.hover({ timeout: 5000 });
      await action.click({ timeout: 2000 });
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}

/** Hovers a row and clicks one of its inline actions by the command's title. */
export async function inlineAction(page, label, action, options) {
  const row = treeRow(page, label, options).first();
  await clickHovered(row, row.locator(`.actions .action-label[aria-label^="${action}"]`));
}

/** Opens a row's context menu and chooses an entry: a menu that has just opened ignores clicks and stays. */
export async function contextAction(page, label, entry, options) {
  await treeRow(page, label, options).first().click({ button: "right" });
  const chosen = page.locator(".monaco-menu .action-label").getByText(entry, { exact: true });
  await chosen.waitFor();
  while (await chosen.isVisible()) {
    await chosen.click({ timeout: 2000 }).catch(() => undefined); // it may have gone meanwhile
    await chosen.waitFor({ state: "hidden", timeout: 500 }).catch(() => undefined);
  }
}

/** Clicks a button in a view's title bar by the command's title. */
export async function viewAction(page, viewTitle, action) {
  const pane = view(page, viewTitle);
  await clickHovered(pane, pane.locator(`.pane-header .actions .action-label[aria-label^="${action}"]`));
}
