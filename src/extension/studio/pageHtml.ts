/** The document that the Studio page starts in: nothing from elsewhere, no script without this document's nonce. */
import { randomBytes } from "node:crypto";
import { Uri, type Webview } from "vscode";

/** What a page may load; everything else stays closed to it. */
export const pageRoots = (extensionUri: Uri): readonly Uri[] => [Uri.joinPath(extensionUri, "dist")];

export function pageHtml(webview: Webview, extensionUri: Uri, language: string): string {
  const [dist = extensionUri] = pageRoots(extensionUri);
  const address = (file: string): Uri => webview.asWebviewUri(Uri.joinPath(dist, file));
  const nonce = randomBytes(16).toString("base64url");
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // The component toolkit makes its styles in scripts, marked with the nonce below.
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${/^[A-Za-z-]+$/.test(language) ? language : "en"}">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta property="csp-nonce" content="${nonce}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>LERL Studio</title>
    <link rel="stylesheet" href="${address("studio.css")}">
  </head>
  <body>
    <div id="studio"></div>
    <script nonce="${nonce}" src="${address("studio.js")}"></script>
  </body>
</html>
`;
}
