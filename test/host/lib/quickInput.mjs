// The command palette, quick open and quick picks.

const widget = (page) => page.locator(".quick-input-widget:not(.hidden)");
const rows = (page) => widget(page).locator(".quick-input-list .monaco-list-row");

/** Picks the row whose label is exactly `label` in the open quick pick. */
export async function pickRow(page, label) {
  const name = rows(page).locator(".label-name").filter({ visible: true }).getByText(label, { exact: true });
  await name.first().click();
}

/** Labels of the rows that the open quick pick shows. */
export const pickLabels = (page) => rows(page).locator(".quick-input-list-label .label-name:visible").allTextContents();

/** Types into the open input box or quick pick, accepts with Enter, and waits until it is gone or asks something else. */
export async function answerInput(page, text) {
  const input = widget(page).locator("input.input");
  const asked = await widget(page).textContent();
  // A box that has just opened may still be given its first value.
  do {
    await input.fill(text);
    await page.waitForTimeout(200);
  } while ((await input.inputValue()) !== text);
  await input.press("Enter");
  const isAsking = async () => (await widget(page).isVisible()) && (await widget(page).allTextContents())[0] === asked;
  for (let i = 0; i < 40 && (await isAsking()); i++) await page.waitForTimeout(50);
}

/** Opens a list by its key and types into it. A list that has just closed may take the key with it: it is then pressed again. */
async function typeInto(page, key, text) {
  const input = widget(page).locator("input.input");
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press(key);
    const isOpen = await input.waitFor({ state: "visible", timeout: 3000 }).then(
      () => true,
      () => false,
    );
    if (isOpen) break;
  }
  await input.fill(text);
}

/** Runs a command as a user does: F1, its full title ("LERL: Run experiment"), click. */
export async function runCommand(page, title) {
  await typeInto(page, "F1", `>${title}`);
  await pickRow(page, title);
}

/** Opens a workspace file through quick open and waits for its tab. */
export async function openFile(page, path) {
  const name = path.split("/").at(-1);
  await typeInto(page, "Control+P", path);
  await rows(page).filter({ hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
  await editorTab(page, name).waitFor();
}

/** The tab of an open editor by its title. */
export const editorTab = (page, title) => page.locator(`.tabs-container .tab[data-resource-name="${title}"]`);
