// npm run bench [-- kernels data engine]: bundles the benchmarks and runs them on a fresh build.
import { spawnSync } from "node:child_process";
import { build } from "esbuild";

const built = spawnSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);
await build({
  entryPoints: ["bench/main.ts"],
  outfile: "dist/bench.mjs",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  logLevel: "warning",
});
const run = spawnSync(process.execPath, ["dist/bench.mjs", ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(run.status ?? 1);
