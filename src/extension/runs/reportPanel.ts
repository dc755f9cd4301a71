/**
 * Shows a report: a page the engine wrote, self-contained, without any access to the network or the window. Elsewhere it
 * is light or dark as the reader's system is; here its colours are those of the editor's theme, also when that changes.
 */
import { type Disposable, l10n, Uri, ViewColumn, type WebviewPanel, window } from "vscode";
import { readWritten } from "../platform/documents.ts";

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:;";

/** The page's colours (src/engine/comparison/report/style.ts) by the editor's. */
const THEME = `
:root {
  --page: var(--vscode-editor-background); --card: var(--vscode-editorWidget-background);
  --ink: var(--vscode-editor-foreground); --quiet: var(--vscode-descriptionForeground);
  --line: var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-panel-border)));
  --rail: color-mix(in srgb, var(--ink) 12%, transparent); --grey: color-mix(in srgb, var(--ink) 55%, var(--page));
  --accent: var(--vscode-charts-blue); --accent-soft: color-mix(in srgb, var(--accent) 17%, transparent);
  --better: var(--vscode-charts-green); --worse: var(--vscode-charts-orange);
  --warn: var(--vscode-editorWarning-foreground, var(--vscode-charts-yellow));
  --added: color-mix(in srgb, var(--better) 14%, transparent);
  --removed: color-mix(in srgb, var(--worse) 14%, transparent);
}
:root:has(body.vscode-light, body.vscode-high-contrast-light) { color-scheme: light; }
:root:has(body.vscode-dark, body.vscode-high-contrast:not(.vscode-high-contrast-light)) { color-scheme: dark; }
`;

export class ReportPanels implements Disposable {
  private readonly panels = new Map<string, WebviewPanel>();

  /** Opens the report file, or shows it again with its new content. */
  async show(file: string): Promise<void> {
    const html = await readWritten(Uri.file(file));
    const panel = this.panels.get(file) ?? this.open(file);
    panel.webview.html = framed(html);
    panel.reveal();
  }

  dispose(): void {
    for (const panel of this.panels.values()) panel.dispose();
  }

  private open(file: string): WebviewPanel {
    const panel = window.createWebviewPanel("lerl.report", l10n.t("LERL report"), ViewColumn.Active, {
      // The editor's own, which bring the theme; the policy keeps the page's from running.
      enableScripts: true,
      enableFindWidget: true,
      localResourceRoots: [],
    });
    this.panels.set(file, panel);
    panel.onDidDispose(() => this.panels.delete(file));
    return panel;
  }
}

/**
 * The policy comes before everything it governs, whatever the file holds by now; the theme after the page's own style.
 */
export function framed(html: string): string {
  const policy = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  return `${policy}${html.replace("</head>", `<style>${THEME}</style></head>`)}`;
}
