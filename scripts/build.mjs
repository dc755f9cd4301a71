// Builds everything that runs: kernels (AssemblyScript to WebAssembly) and one bundle per process (esbuild).
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { main as compileKernels } from "assemblyscript/asc";
import { build } from "esbuild";
import { buildSchemas } from "./schemas.mjs";

const production = process.argv.includes("--production");

/** Bundles that exist so far; a room without an entry file yet is left out. */
const bundles = [
  { in: "src/extension/extension.ts", out: "dist/extension.cjs", external: ["vscode"] },
  { in: "src/engine/main.ts", out: "dist/engine.cjs" },
  { in: "src/engine/cli.ts", out: "dist/cli.cjs", banner: "#!/usr/bin/env node" },
  { in: "src/engine/tensor/worker.ts", out: "dist/engineWorker.cjs" },
].filter((bundle) => existsSync(bundle.in));

const page = { in: "webview/studio/main.ts", out: "dist/studio.js" };

async function buildKernels() {
  const entry = "src/engine/tensor/kernels/index.ts";
  if (!existsSync(entry)) return;
  const { error, stderr } = await compileKernels([
    entry,
    "--outFile",
    "dist/kernels.wasm",
    "--config",
    "src/engine/tensor/kernels/asconfig.json",
  ]);
  if (error) throw new Error(`AssemblyScript failed: ${error.message}\n${stderr.toString()}`);
}

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  logLevel: "warning",
  target: "es2023",
};

function buildNode(bundle) {
  return build({
    ...common,
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
      js: `${bundle.banner ? `${bundle.banner}\n` : ""}const __bundleUrl = require("node:url").pathToFileURL(__filename).href;`,
    },
  });
}

await mkdir("dist", { recursive: true });
await Promise.all([
  buildKernels(),
  buildSchemas(),
  ...bundles.map(buildNode),
  existsSync(page.in) &&
    build({
      ...common,
      entryPoints: [page.in],
      outfile: page.out,
      platform: "browser",
      format: "iife",
      target: "es2022",
    }),
]);
