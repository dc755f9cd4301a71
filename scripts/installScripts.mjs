// Part of npm run notices, with --check of npm run lint: which packages' install scripts `npm ci` runs. package.json decides
// by name, in "allowScripts", which npm 11 obeys. npm 10 knows no such list and runs what package-lock.json marks: the marks
// of the denied are taken away here. With --check nothing is written, and a mark that is not allowed is an error.
import { readFileSync, writeFileSync } from "node:fs";

const file = "package-lock.json";
const { allowScripts } = JSON.parse(readFileSync("package.json", "utf8"));
const lock = JSON.parse(readFileSync(file, "utf8"));
const nameOf = (path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

/** Where a package is installed, and its entry: of all with an install script, marked or taken from the list. */
const entries = Object.entries(lock.packages).filter(
  ([path, { hasInstallScript }]) => hasInstallScript || allowScripts[nameOf(path)] === false,
);
const undecided = entries.map(([path]) => nameOf(path)).filter((name) => allowScripts[name] === undefined);
if (undecided.length > 0) {
  console.error(
    `These packages have install scripts: ${undecided.join(", ")}. Decide in "allowScripts" of package.json whether they run (true, false).`,
  );
  process.exit(1);
}

/** `gypfile: false` keeps npm 10 from compiling a package that has a binding.gyp. */
const isDenied = (path, { hasInstallScript, gypfile }) =>
  allowScripts[nameOf(path)] || (!hasInstallScript && gypfile === false);
const open = entries.filter(([path, entry]) => !isDenied(path, entry));
if (open.length > 0 && process.argv.includes("--check")) {
  console.error(
    `${file} lets npm 10 run the install scripts of ${open.map(([path]) => nameOf(path)).join(", ")}; npm run notices takes the marks away.`,
  );
  process.exit(1);
}
for (const [, entry] of open) {
  delete entry.hasInstallScript;
  entry.gypfile = false;
}
if (open.length > 0) writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
