/** Shows a report: a page the engine wrote, self-contained, without any access to the network or the window. */
import { type Disposable, l10n, Uri, ViewColumn, type WebviewPanel, window, workspace } from "vscode";

const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; font-src data:;";

export class ReportPanels implements Disposable {
  private readonly panels = new Map<string, WebviewPanel>();

  /** Opens the report file, or shows it again with its new content. */
  async show(file: string): Promise<void> {
    const html = new TextDecoder().decode(await workspace.fs.readFile(Uri.file(file)));
    const panel = this.panels.get(file) ?? this.open(file);
    panel.webview.html = withPolicy(html);
    panel.reveal();
  }

  dispose(): void {
    for (const panel of this.panels.values()) panel.dispose();
  }

  private open(file: string): WebviewPanel {
    const panel = window.createWebviewPanel("lerl.report", l10n.t("LERL report"), ViewColumn.Active, {
      enableScripts: true,
      enableFindWidget: true,
      localResourceRoots: [],
    });
    this.panels.set(file, panel);
    panel.onDidDispose(() => this.panels.delete(file));
    return panel;
  }
}

function withPolicy(html: string): string {
  const meta = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  return html.includes("<head>") ? html.replace("<head>", `<head>${meta}`) : `${meta}${html}`;
}
