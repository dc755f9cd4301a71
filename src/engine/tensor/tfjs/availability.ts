/**
 * Finds TensorFlow.js, which is no part of the engine: its native build, else its WebAssembly backend. Nothing of it is
 * loaded before somebody asks.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import util from "node:util";
import { InputError, messageOf } from "../../errors.ts";

export type TensorFlow = typeof import("@tensorflow/tfjs");

/** TensorFlow.js, ready to compute. */
export interface Tfjs {
  readonly tf: TensorFlow;
  /** Which build computes and why, in one sentence. */
  readonly text: string;
}

interface Candidate {
  /** Packages to install; the first one is TensorFlow.js itself. */
  readonly packages: readonly [string, ...string[]];
  readonly title: string;
  readonly load: (require: NodeJS.Require) => Promise<TensorFlow>;
}

/** The fastest first. */
const candidates: readonly Candidate[] = [
  { packages: ["@tensorflow/tfjs-node"], title: "its native library", load: loadNative },
  {
    packages: ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"],
    title: "its WebAssembly backend",
    load: loadWebAssembly,
  },
];

/**
 * Loads the first TensorFlow.js that works.
 * @param from file or URL whose node_modules folders are searched; the engine's own by default
 * @throws InputError `policy.tfjs-missing` where there is none, with what to install
 */
export async function loadTfjs(from: string = import.meta.url): Promise<Tfjs> {
  const require = createRequire(from);
  const passedOver: string[] = [];
  for (const { packages, title, load } of candidates) {
    const missing = packages.filter((name) => !isInstalled(require, name));
    if (missing.length > 0) {
      passedOver.push(`${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not installed`);
      continue;
    }
    try {
      const tf = await load(require);
      const why = passedOver.map((reason) => `; ${reason}`).join("");
      return { tf, text: `${packages[0]} ${tf.version["tfjs-core"]} on ${title}${why}` };
    } catch (error) {
      passedOver.push(`${packages[0]} does not load (${firstLine(error)})`);
    }
  }
  const commands = candidates.map(({ packages }) => `npm install ${packages.join(" ")}`);
  throw new InputError(
    "policy.tfjs-missing",
    `policy.backend "tfjs" needs TensorFlow.js: ${passedOver.join("; ")}. Run ${commands.join(" or ")} in ${packageFolder(from)}, or use "wasm", which needs nothing.`,
  );
}

/** For `lerl doctor`: which TensorFlow.js `policy.backend: "tfjs"` would use and why, or what to do to have one. */
export async function describeTfjs(from?: string): Promise<{ readonly available: boolean; readonly text: string }> {
  try {
    const { text } = await loadTfjs(from);
    return { available: true, text };
  } catch (error) {
    return { available: false, text: messageOf(error) };
  }
}

async function loadNative(require: NodeJS.Require): Promise<TensorFlow> {
  // The package calls what Node 23 removed.
  if (!("isNullOrUndefined" in util)) {
    Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined });
  }
  // Without this the library reports the processor's features on standard error.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  const tf: TensorFlow = require("@tensorflow/tfjs-node");
  tf.enableProdMode();
  await tf.ready();
  return tf;
}

async function loadWebAssembly(require: NodeJS.Require): Promise<TensorFlow> {
  const tf: TensorFlow = require("@tensorflow/tfjs");
  // Production mode prints no advertisement.
  tf.enableProdMode();
  require("@tensorflow/tfjs-backend-wasm");
  if (!(await tf.setBackend("wasm"))) throw new Error("its WebAssembly backend does not start");
  return tf;
}

function isInstalled(require: NodeJS.Require, name: string): boolean {
  return (require.resolve.paths(name) ?? []).some((folder) => existsSync(join(folder, name, "package.json")));
}

const firstLine = (error: unknown): string => messageOf(error).split("\n")[0] ?? "";

/** The folder of the package that `from` belongs to: where an installation is found again. */
function packageFolder(from: string): string {
  const start = dirname(from.startsWith("file:") ? fileURLToPath(from) : from);
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) return start;
  }
}
