/** Tabs after the WAI-ARIA pattern: one tab stop, arrow keys move and select. */
import { html, nothing, type TemplateResult } from "lit-html";
import { classMap } from "lit-html/directives/class-map.js";

interface Tab<T extends string> {
  readonly id: T;
  readonly label: string;
  /** A short mark after the label, such as a count. */
  readonly mark?: string | undefined;
  readonly markLabel?: string | undefined;
}

interface TabListOptions<T extends string> {
  /** Prefix of the elements' ids; the panel is `<name>-panel`. */
  readonly name: string;
  readonly label: string;
  readonly tabs: readonly Tab<T>[];
  readonly selected: T;
  readonly select: (id: T) => void;
  readonly minor?: boolean;
}

export function tabList<T extends string>(options: TabListOptions<T>): TemplateResult {
  const { name, tabs, selected } = options;
  const move = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ id }) => id === selected);
    const next = targetOf(event.key, at, tabs.length);
    const tab = next === undefined ? undefined : tabs[next];
    if (!tab) return;
    event.preventDefault();
    options.select(tab.id);
    document.getElementById(`${name}-tab-${tab.id}`)?.focus();
  };
  return html`<div
    class=${classMap({ tabs: true, minor: options.minor ?? false })}
    role="tablist"
    aria-label=${options.label}
    @keydown=${move}
  >
    ${tabs.map(
      (tab) => html`<button
        type="button"
        role="tab"
        id="${name}-tab-${tab.id}"
        class="tab"
        aria-selected=${tab.id === selected}
        aria-controls="${name}-panel"
        tabindex=${tab.id === selected ? 0 : -1}
        @click=${() => options.select(tab.id)}
      >
        ${tab.label}${tab.mark ? html`<span class=${tab.mark === "●" ? "tab-dot" : "tab-mark"}>${tab.mark}<span class="visually-hidden"> ${tab.markLabel ?? ""}</span></span>` : nothing}
      </button>`,
    )}
  </div>`;
}

function targetOf(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case "ArrowRight":
      return (at + 1) % count;
    case "ArrowLeft":
      return (at + count - 1) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
