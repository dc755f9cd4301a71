// Bundles a tool in TypeScript, <name>/main.ts, and runs it in this process, so that Ctrl+C reaches it.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

export async function runBundled(name) {
  const outfile = `dist/${name}.mjs`;
  await build({
    entryPoints: [`${name}/main.ts`],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    logLevel: "warning",
  });
  await import(pathToFileURL(resolve(outfile)).href);
}
