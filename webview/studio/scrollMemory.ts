/** Keeps how far each column is scrolled across a reload. */
import type { PageState } from "../../src/protocol/studio.ts";
import { debounce } from "../shared/store.ts";
import type { PageWriter, StateReader } from "./ports.ts";

type Column = keyof PageState["scroll"];
const columns: readonly Column[] = ["edit", "result"];

const scroller = (root: HTMLElement, column: Column): HTMLElement | null =>
  root.querySelector(`.column.${column} .scroll, .column.${column} .prompt-scroll`);

export function rememberScroll(app: PageWriter, root: HTMLElement): void {
  const save = debounce(() => {
    const scroll = { ...app.state.page.scroll };
    for (const column of columns) scroll[column] = scroller(root, column)?.scrollTop ?? scroll[column];
    app.patchPage({ scroll });
  }, 250);
  root.addEventListener("scroll", save, true);
}

const restored = new WeakSet<HTMLElement>();

/** Once, when a column is first drawn with enough in it to be scrolled that far. */
export function restoreScroll(app: StateReader, root: HTMLElement): void {
  if (restored.has(root)) return;
  const { scroll } = app.state.page;
  const reached = columns.map((column) => {
    const element = scroller(root, column);
    if (!element) return false;
    element.scrollTop = scroll[column];
    return element.scrollTop >= scroll[column] - 1;
  });
  if (reached.every(Boolean)) restored.add(root);
}
