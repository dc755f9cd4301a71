import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LerlError } from "../errors.ts";

/** Where built files lie as seen from a bundle (dist/*.cjs) and from this source file (src/engine/tensor). */
const PLACES = ["./", "../../../dist/"];

/**
 * Path of a file that `npm run build` makes.
 * @throws LerlError `tensor.not-built`
 */
export function buildFile(name: "kernels.wasm" | "engineWorker.cjs"): string {
  for (const place of PLACES) {
    const path = fileURLToPath(new URL(place + name, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new LerlError("tensor.not-built", `The built file ${name} is missing. Run "npm run build" and start again.`);
}
