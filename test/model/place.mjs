// Where the tests' real language model lies, and what is missing for it. The model itself is no part of the project.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const here = import.meta.dirname;

/** Holds `server.mjs` and a model file; LERL_MODEL_FOLDER names another. */
export const modelFolder = process.env.LERL_MODEL_FOLDER ?? join(here, "..", "..", "..", "shared", "model");

/** node-llama-cpp, outside the checkout, so that every clone on a machine shares it. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "lerl-model");

/** The smallest model file there is. */
export function modelFile() {
  if (!existsSync(join(modelFolder, "server.mjs"))) return undefined;
  const files = readdirSync(modelFolder).filter((name) => name.endsWith(".gguf"));
  const size = (name) => statSync(join(modelFolder, name)).size;
  return files.sort((a, b) => size(a) - size(b))[0];
}

/** npm writes its list of what is installed last. */
export function isInstalled() {
  const list = join(cacheFolder, "node_modules", ".package-lock.json");
  if (!existsSync(list)) return false;
  const { packages } = JSON.parse(readFileSync(list, "utf8"));
  const { dependencies } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  return Object.entries(dependencies).every(([name, version]) => packages[`node_modules/${name}`]?.version === version);
}

/** Why there can be no model here; undefined where there can. */
export function whyNone() {
  const machine = `${process.platform}-${process.arch}`;
  if (machine !== "linux-x64") return `the model's server runs on linux-x64, this is ${machine}`;
  if (modelFile() === undefined)
    return `${modelFolder} holds no model with its server (LERL_MODEL_FOLDER names another folder)`;
  return undefined;
}

/** Why tests that need the model are skipped; undefined where they run. */
export const whySkipped = () =>
  whyNone() ?? (isInstalled() ? undefined : "node-llama-cpp is not installed (node test/model/install.mjs)");
