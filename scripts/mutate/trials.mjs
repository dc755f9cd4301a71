// Tries faults in a copy of the tree: which test notices one.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, runTests } from "./copy.mjs";
import { withFault } from "./faults.mjs";
import { testsBySource } from "./reach.mjs";

const toolLimitMs = 5 * 60_000;
/** A test file that takes longer has no end. */
const fileLimitMs = 2 * 60_000;

/** The nearest tests alone, then ever more at once: each start of vitest costs seconds. */
function* chunks(tests) {
  let size = 2;
  for (let at = 0; at < tests.length; size = Math.min(16, size * 2)) {
    yield tests.slice(at, at + size);
    at += size;
  }
}

export class Trials {
  #root;
  #limits;
  #testsOf;
  /** Of each test file that has failed under a fault: whether it passes without one. */
  #steady = new Map();
  /** Whether dist/ was built without a fault. */
  #clean = false;

  /** @param limits `minutes` for each fault; `workers` of vitest */
  constructor(root, limits) {
    this.#root = root;
    this.#limits = limits;
    this.#testsOf = testsBySource(root);
  }

  /** What notices the fault, a test file or words for it; undefined where nothing does. */
  async notice(fault, original) {
    await this.#buildClean();
    const by = await this.#tryOut(fault, original);
    if (!by?.endsWith(".test.ts") || (await this.#isSteady(by))) return by;
    return this.notice(fault, original);
  }

  async #tryOut(fault, original) {
    const path = join(this.#root, fault.file);
    const { near, rest } = this.#testsOf(fault.file);
    const deadline = Date.now() + this.#limits.minutes * 60_000;
    try {
      writeFileSync(path, withFault(original, fault));
      const failed = await this.#firstFailure(near, deadline);
      if (failed) return failed;
      const types = ["node_modules/typescript/lib/tsc.js", "-p", "tsconfig.json"];
      if ((await run(this.#root, toolLimitMs, ...types)) === "failed") return "the types";
      this.#clean = false;
      if (!(await this.#build())) return "the build";
      return await this.#firstFailure(rest, deadline);
    } finally {
      writeFileSync(path, original);
    }
  }

  async #firstFailure(files, deadline) {
    for (const chunk of chunks(files.filter((test) => this.#steady.get(test) !== false))) {
      const left = deadline - Date.now();
      const limit = chunk.length * fileLimitMs;
      if (left <= 0) return undefined;
      const tests = () => runTests(this.#root, chunk, Math.min(left, limit), this.#limits.workers);
      let { outcome, failed } = await tests();
      // What fails once on a busy machine may be the machine.
      if (outcome === "failed") ({ outcome, failed } = await tests());
      if (outcome === "failed") return failed ?? "a test process that ended";
      if (outcome === "late") return limit < left ? "a test without an end" : undefined;
    }
    return undefined;
  }

  async #build() {
    return (await run(this.#root, toolLimitMs, "scripts/build.mjs")) === "passed";
  }

  async #buildClean() {
    if (!this.#clean && !(await this.#build())) throw new Error("The tree does not build.");
    this.#clean = true;
  }

  /** The word of a test that fails without any fault too does not count. */
  async #isSteady(file) {
    if (!this.#steady.has(file)) {
      await this.#buildClean();
      const { outcome } = await runTests(this.#root, [file], fileLimitMs, this.#limits.workers);
      this.#steady.set(file, outcome === "passed");
      if (outcome !== "passed") console.log(`${file} fails without any fault; it does not count`);
    }
    return this.#steady.get(file);
  }
}
