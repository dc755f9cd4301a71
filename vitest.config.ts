import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { defineConfig } from "vitest/config";

const project = (name: string) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Tests compare words: no colours, also where CI is set or a terminal listens.
    // What a person allows is remembered: not among the settings of whoever runs the tests.
    env: { NO_COLOR: "1", XDG_CONFIG_HOME: join(tmpdir(), "lerl-tests-config") },
  },
});

const extension = {
  ...project("extension"),
  // Outside an editor there is no `vscode`; the specs run against a fake one.
  resolve: { alias: { vscode: resolve(import.meta.dirname, "test/extension/support/vscode.ts") } },
};

export default defineConfig({
  test: { projects: [project("engine"), extension, project("webview")], pool: "forks", maxWorkers: "100%" },
});
