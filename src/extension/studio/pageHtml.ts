/** The Studio page of a webview: nothing from elsewhere, no script without this document's nonce. */
import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { env, l10n, Uri, type Webview } from "vscode";
import { pageDocument } from "./pageDocument.ts";

/** What a page may load; everything else stays closed to it. */
export const pageRoots = (extensionUri: Uri): readonly Uri[] => [Uri.joinPath(extensionUri, "dist")];

export function pageHtml(webview: Webview, extensionUri: Uri, experiment: Uri): string {
  const [dist = extensionUri] = pageRoots(extensionUri);
  const address = (file: string): string => webview.asWebviewUri(Uri.joinPath(dist, file)).toString();
  return pageDocument({
    nonce: randomBytes(16).toString("base64url"),
    source: webview.cspSource,
    styles: address("studio.css"),
    script: address("studio.js"),
    language: env.language,
    opening: l10n.t("Opening {0}…", basename(experiment.path)),
  });
}
