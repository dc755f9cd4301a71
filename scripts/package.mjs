// npm run package: a production build, packed into one universal lerl-studio-<version>.vsix whose content is checked.
import { spawnSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { packageExtension } from "./vsix.mjs";
import { zipEntries } from "./zip.mjs";

const maxBytes = 3 * 1024 * 1024;

/** Everything that may be in the package; anything else is a stray. vsce adds the first two and names LICENSE anew. */
const allowed = [
  /^extension\.vsixmanifest$/,
  /^\[Content_Types\]\.xml$/,
  /^extension\/(package|package\.nls)\.json$/,
  /^extension\/(readme|changelog|THIRD-PARTY-NOTICES)\.md$/,
  /^extension\/LICENSE\.txt$/,
  /^extension\/dist\/(extension|engine|engineWorker|cli)\.cjs$/,
  /^extension\/dist\/(studio\.(js|css)|kernels\.wasm)$/,
  /^extension\/dist\/schemas\/(experiment|suite|trial|moments)\.json$/,
  /^extension\/media\/[\w./-]+\.(svg|png|md|json)$/,
  /^extension\/examples\/[\w/-]+\.(lerl\.json|lerl\.md|suite\.json|trial\.json|moments\.json)$/,
];

const bundles = ["extension.cjs", "engine.cjs", "engineWorker.cjs", "cli.cjs", "studio.js"].map(
  (name) => `dist/${name}`,
);

/** What the extension cannot do without. */
const required = [
  ...["package.json", "package.nls.json", "readme.md", "LICENSE.txt", "THIRD-PARTY-NOTICES.md"],
  ...bundles,
  ...[
    "dist/studio.css",
    "dist/kernels.wasm",
    "dist/schemas/experiment.json",
    "dist/schemas/suite.json",
    "dist/schemas/trial.json",
    "dist/schemas/moments.json",
  ],
  "examples/quickstart/quickstart.lerl.json",
].map((name) => `extension/${name}`);

/** Every local file that the manifest names ("./dist/…", "media/…"). */
function namedFiles(value) {
  if (typeof value === "string")
    return /^(\.\/)?(dist|media)\/[^%]*\.\w+$/.test(value) ? [value.replace(/^\.\//, "")] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(namedFiles) : [];
}

/** What is wrong with the package, one sentence each. */
function problemsOf(path, manifest) {
  const entries = zipEntries(path);
  const names = new Set(entries.map(({ name }) => name));
  const wanted = [...required, ...namedFiles(manifest).map((name) => `extension/${name}`)];
  const empty = entries.filter(({ size }) => size === 0).map(({ name }) => name);
  const unfinished = bundles.filter((name) => readFileSync(name, "utf8").includes("sourceMappingURL"));
  const readme = entries.find(({ name }) => /^extension\/readme\.md$/i.test(name))?.text() ?? "";
  const nowhere = readme.match(/\]\((?!https:)[^)]*\)/g) ?? [];
  const bytes = statSync(path).size;
  return [
    ...[...names].filter((name) => !allowed.some((pattern) => pattern.test(name))).map((name) => `stray file: ${name}`),
    ...[...new Set(wanted)].filter((name) => !names.has(name)).map((name) => `missing file: ${name}`),
    ...empty.map((name) => `empty file: ${name}`),
    ...nowhere.map((link) => `the packaged README's link ${link} leads nowhere`),
    ...unfinished.map((name) => `not a production build: ${name}`),
    ...(bytes > maxBytes ? [`${bytes} bytes; at most ${maxBytes} are allowed`] : []),
  ];
}

const build = spawnSync(process.execPath, ["scripts/build.mjs", "--production"], { stdio: "inherit" });
if (build.status !== 0) process.exit(build.status ?? 1);

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const packed = await packageExtension();
const problems = problemsOf(packed, manifest);
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
for (const name of readdirSync(".").filter((file) => /^lerl-studio-.*\.vsix$/.test(file))) rmSync(name);
const target = `${manifest.name}-${manifest.version}.vsix`;
copyFileSync(packed, target);
console.log(`${target}: ${zipEntries(target).length} files, ${(statSync(target).size / 1024).toFixed(0)} KiB`);
