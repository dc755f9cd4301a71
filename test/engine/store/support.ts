import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, onTestFinished } from "vitest";

/** A folder that goes with the test file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lerl-store-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Bundles a TypeScript program that imports the store, to be run as a process of its own.
 *
 * @returns the file to run with node
 */
export async function bundleProgram(folder: string, source: string): Promise<string> {
  const entry = join(folder, "program.ts");
  const outfile = join(folder, "program.mjs");
  await writeFile(entry, source.replaceAll("@store/", `${resolve("src/engine/store")}/`));
  const nodePaths = [resolve("node_modules")];
  // Packages that are written as CommonJS ask for Node's own by `require`.
  const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
  await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "esm", nodePaths, banner });
  return outfile;
}

export interface Started {
  readonly child: ChildProcess;
  /** Resolves with the first line the program prints, or with what it printed until it ended. */
  readonly firstLine: Promise<string>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string; readonly errors: string }>;
}

/**
 * Starts a program; it does not outlive its test.
 * @param program file to run with node, or what runs it
 */
export function start(program: string | readonly string[], ...programArguments: readonly string[]): Started {
  const [command = "", ...before] = typeof program === "string" ? [process.execPath, program] : program;
  const child = spawn(command, [...before, ...programArguments], { stdio: ["pipe", "pipe", "pipe"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let output = "";
  let errors = "";
  const firstLine = new Promise<string>((resolveLine) => {
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      if (output.includes("\n")) resolveLine(output.slice(0, output.indexOf("\n")));
    });
    child.on("close", () => resolveLine(output));
  });
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  const ended = new Promise<{ code: number | null; output: string; errors: string }>((resolveEnd) => {
    child.on("close", (code) => resolveEnd({ code, output, errors }));
  });
  return { child, firstLine, ended };
}
