// node test/host/install.mjs [current] [floor]: installs the VS Code servers that the host tests run in (both by default).
import { ensureBrowser } from "./lib/browser.mjs";
import { ensureHost } from "./lib/installation.mjs";
import { variants } from "./lib/variants.mjs";

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(variants, name));
if (unknown.length > 0) {
  console.error(`Unknown variant "${unknown[0]}"; choose from ${Object.keys(variants).join(", ")}.`);
  process.exit(2);
}
await ensureBrowser(console.log);
for (const name of wanted.length > 0 ? wanted : Object.keys(variants)) {
  const { vscode, codeServer, nodeVersion, root } = await ensureHost(name, (line) => console.log(`${name}: ${line}`));
  console.log(`${name}: VS Code ${vscode} (code-server ${codeServer}, Node ${nodeVersion}) in ${root}`);
}
