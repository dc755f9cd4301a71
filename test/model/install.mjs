// node test/model/install.mjs: installs what serves the tests' real model. Where there is no model, or npm fails, it says so
// and the tests that need it are skipped.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { withMachineLock } from "../host/lib/machineLock.mjs";
import { cacheFolder, isInstalled, whyNone } from "./place.mjs";

const say = (text) => console.log(`model tests: ${text}`);

function install() {
  if (isInstalled()) return say(`node-llama-cpp is in ${cacheFolder}`);
  mkdirSync(cacheFolder, { recursive: true });
  for (const name of ["package.json", "package-lock.json"])
    copyFileSync(join(import.meta.dirname, name), join(cacheFolder, name));
  // The binary comes prebuilt in a package of its own; install scripts would download or compile another.
  const words = ["ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const began = Date.now();
  const { status, error } = spawnSync("npm", words, {
    cwd: cacheFolder,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 180_000,
  });
  if (status === 0 && isInstalled())
    say(`installed in ${cacheFolder} after ${Math.round((Date.now() - began) / 1000)} s`);
  else say(`skipped, npm could not install node-llama-cpp${error ? `: ${error.message}` : ""}`);
}

const none = whyNone();
if (none) say(`skipped, ${none}`);
else await withMachineLock("lerl-model-install", () => say("waiting for another installation"), install);
