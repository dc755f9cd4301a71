import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import util from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../../../src/engine/errors.ts";
import { describeTfjs, loadTfjs } from "../../../../src/engine/tensor/tfjs/availability.ts";
import { scratchFolder } from "../../commands/lerl.ts";

const scratch = scratchFolder();
afterAll(scratch.remove);

/** A folder with packages of the given names and sources; its entry file need not exist. */
function folderWith(name: string, packages: Readonly<Record<string, string>>): { folder: string; entry: string } {
  const folder = join(scratch.path, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), "{}");
  for (const [title, source] of Object.entries(packages)) {
    const place = join(folder, "node_modules", title);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "package.json"), JSON.stringify({ name: title, main: "index.js" }));
    writeFileSync(join(place, "index.js"), source);
  }
  return { folder, entry: join(folder, "dist", "engine.cjs") };
}

const tfjs = (backend: string, more = "") =>
  `${more};module.exports = { version: { "tfjs-core": "${backend}" }, enableProdMode() {}, async ready() {}, async setBackend() { return true; } };`;

describe("TensorFlow.js", () => {
  it("computes, and says which build does", async () => {
    const { tf, text } = await loadTfjs();
    expect(text).toMatch(/^@tensorflow\/tfjs(-node)? 4\.\d+\.\d+ on its (native library|WebAssembly backend)/);
    expect([...tf.tidy(() => tf.square(tf.tensor1d([1, 2, 3])).dataSync())]).toEqual([1, 4, 9]);
    expect(await describeTfjs()).toEqual({ available: true, text });
  });

  it("is asked for in one error where there is none, with what to install and where", async () => {
    const { folder, entry } = folderWith("empty", {});
    const error = await loadTfjs(entry).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: "policy.tfjs-missing" });
    const { message } = error as InputError;
    expect(message).toContain("@tensorflow/tfjs-node is not installed");
    expect(message).toContain(
      `Run npm install @tensorflow/tfjs-node or npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm in ${folder}`,
    );
    expect(await describeTfjs(entry)).toEqual({ available: false, text: message });
  });

  it("without its WebAssembly backend is not enough", async () => {
    const { entry } = folderWith("half", { "@tensorflow/tfjs": tfjs("1.2.3") });
    await expect(loadTfjs(entry)).rejects.toThrow("@tensorflow/tfjs-backend-wasm is not installed");
  });

  it("is used on WebAssembly where the native build does not load, with the reason", async () => {
    const { entry } = folderWith("fallback", {
      "@tensorflow/tfjs-node": 'throw new Error("no tfjs_binding.node\\nat some length");',
      "@tensorflow/tfjs": tfjs("1.2.3"),
      "@tensorflow/tfjs-backend-wasm": "",
    });
    expect((await loadTfjs(entry)).text).toBe(
      "@tensorflow/tfjs 1.2.3 on its WebAssembly backend; @tensorflow/tfjs-node does not load (no tfjs_binding.node)",
    );
  });

  it("'s native build goes first, and gets what newer Node took from it", async () => {
    const had = Reflect.get(util, "isNullOrUndefined") as unknown;
    Reflect.deleteProperty(util, "isNullOrUndefined");
    const asked =
      'const { isNullOrUndefined: is } = require("util"); if (!is(null) || !is(undefined) || is(0)) throw 1';
    const { entry } = folderWith("native", {
      "@tensorflow/tfjs-node": tfjs("4.5.6", asked),
      "@tensorflow/tfjs": tfjs("1.2.3"),
      "@tensorflow/tfjs-backend-wasm": "",
    });
    expect((await loadTfjs(entry)).text).toBe("@tensorflow/tfjs-node 4.5.6 on its native library");
    if (had !== undefined) Object.assign(util, { isNullOrUndefined: had });
  });
});
