// Builds everything that runs: kernels (AssemblyScript to WebAssembly), bundles (esbuild), schemas. --production: minified,
// without source maps. Files are written beside and renamed: whoever reads dist/ meanwhile sees whole files.
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { main as compileKernels } from "assemblyscript/asc";
import { buildBundles } from "./bundles.mjs";
import { buildSchemas } from "./schemas.mjs";

const production = process.argv.includes("--production");

async function write(path, contents) {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, contents);
  await rename(partial, path);
}

async function buildKernels() {
  const written = new Map();
  const { error, stderr } = await compileKernels(
    [
      "src/engine/tensor/kernels/index.ts",
      ...["--outFile", "dist/kernels.wasm"],
      ...["--config", "src/engine/tensor/kernels/asconfig.json"],
    ],
    { writeFile: (name, contents) => void written.set(name, contents) },
  );
  if (error) throw new Error(`AssemblyScript failed: ${error.message}\n${stderr.toString()}`);
  return [...written].map(([path, contents]) => ({ path, contents }));
}

const bundles = async () => (await buildBundles({ production })).flatMap(({ outputFiles }) => outputFiles);

const files = (await Promise.all([buildKernels(), bundles(), buildSchemas()])).flat();
await Promise.all(files.map(({ path, contents }) => write(path, contents)));

// Source maps of an earlier build belong to other bundles.
const current = new Set(files.map(({ path }) => basename(path)));
const stale = (await readdir("dist")).filter((name) => name.endsWith(".map") && !current.has(name));
await Promise.all(stale.map((name) => rm(join("dist", name), { force: true })));
