// What is bundled, and how: one bundle per process (esbuild). build.mjs writes the results, notices.mjs reads what went in.
import { build } from "esbuild";

const nodeBundles = [
  { in: "src/extension/extension.ts", out: "dist/extension.cjs", external: ["vscode"] },
  { in: "src/engine/main.ts", out: "dist/engine.cjs" },
  { in: "src/engine/cli.ts", out: "dist/cli.cjs", shebang: "#!/usr/bin/env node\n" },
  { in: "src/engine/tensor/worker.ts", out: "dist/engineWorker.cjs" },
];

const page = { in: "webview/studio/main.ts", out: "dist/studio.js" };

const common = (production) => ({
  bundle: true,
  write: false,
  metafile: true,
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  logLevel: "warning",
});

const buildNode = (bundle, production) =>
  build({
    ...common(production),
    entryPoints: [bundle.in],
    outfile: bundle.out,
    platform: "node",
    format: "cjs",
    target: "node20",
    // Some packages (jsonc-parser) ship a CommonJS build that cannot be bundled.
    mainFields: ["module", "main"],
    external: [...(bundle.external ?? []), "@tensorflow/*"],
    // CommonJS has no import.meta.url: sources use it to find the files that lie beside the bundle.
    define: { "import.meta.url": "__bundleUrl" },
    banner: {
      js: `${bundle.shebang ?? ""}const __bundleUrl = require("node:url").pathToFileURL(__filename).href;`,
    },
  });

const buildPage = (production) =>
  build({
    ...common(production),
    entryPoints: [page.in],
    outfile: page.out,
    platform: "browser",
    format: "iife",
    target: "es2022",
  });

/** Every bundle in memory: esbuild's results, with `outputFiles` and `metafile`. */
export const buildBundles = ({ production }) =>
  Promise.all([...nodeBundles.map((bundle) => buildNode(bundle, production)), buildPage(production)]);
