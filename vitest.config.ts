import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { defineConfig } from "vitest/config";

/** What a person allows is remembered: not among the settings of whoever runs the tests, nor of tests that run beside. */
const settings = mkdtempSync(join(tmpdir(), "lerl-tests-config-"));
process.once("exit", () => rmSync(settings, { recursive: true, force: true }));

const project = (name: string) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A busy machine may take long for what is over at once elsewhere.
    expect: { poll: { timeout: 20_000 } },
    // Tests compare words: no colours, also where CI is set or a terminal listens.
    env: { NO_COLOR: "1", XDG_CONFIG_HOME: settings },
  },
});

const extension = {
  ...project("extension"),
  // Outside an editor there is no `vscode`; the specs run against a fake one.
  resolve: { alias: { vscode: resolve(import.meta.dirname, "test/extension/support/vscode.ts") } },
};

/** A real language model has the machine to itself. */
const model = project("model");
const modelTests = { ...model, test: { ...model.test, fileParallelism: false } };

export default defineConfig({
  test: { projects: [project("engine"), extension, project("webview"), modelTests], pool: "forks", maxWorkers: "100%" },
});
