/** The text of the document that the Studio page starts in, as the host and the tests serve it. */

interface PageParts {
  /** Of this document alone: only what carries it runs. */
  readonly nonce: string;
  /** Where styles, fonts and images may come from, as a content security policy writes it. */
  readonly source: string;
  readonly styles: string;
  readonly script: string;
  readonly language: string;
  /** What is being opened, in words. */
  readonly opening: string;
}

/**
 * The host shows a page once it has loaded, so the document itself is all that loads: it paints the page's outline, and
 * asks for the styles and the script after that.
 */
export function pageDocument({ nonce, source, styles, script, language, opening }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // The component toolkit makes its styles in scripts, marked with the nonce below.
    `style-src ${source} 'nonce-${nonce}'`,
    `font-src ${source}`,
    `img-src ${source} data:`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${/^[A-Za-z-]+$/.test(language) ? language : "en"}">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
    <meta property="csp-nonce" content="${nonce}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>LERL Studio</title>
    <style nonce="${nonce}">${OUTLINE_STYLES}</style>
    <template id="page">
      <link rel="stylesheet" href="${escaped(styles)}">
      <script nonce="${nonce}" src="${escaped(script)}"></script>
    </template>
    <script nonce="${nonce}">
      addEventListener("load", () => document.head.append(document.getElementById("page").content), { once: true });
    </script>
  </head>
  <body>
    <div id="studio">
      <main class="opening" aria-busy="true"><p>${escaped(opening)}</p><div></div></main>
    </div>
  </body>
</html>
`;
}

/** The run bar and the line between the columns, where they will be. */
const OUTLINE_STYLES = `
      html, body, #studio, .opening { height: 100%; margin: 0; padding: 0; box-sizing: border-box; }
      body {
        color: var(--vscode-foreground);
        background: var(--vscode-editor-background);
        font: var(--vscode-font-weight, normal) var(--vscode-font-size, 13px) / 1.45 var(--vscode-font-family, sans-serif);
      }
      .opening { --border: var(--vscode-panel-border, var(--vscode-contrastBorder, #8886)); display: flex; flex-direction: column; }
      .opening p { margin: 0; padding: 13px 12px; border-bottom: 1px solid var(--border); }
      .opening div { flex: 1; width: 40%; border-right: 1px solid var(--border); }
    `;

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** For text and for attributes in double quotes. */
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
