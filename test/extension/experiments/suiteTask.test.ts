import { resolve } from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { ProcessExecution } from "vscode";
import { allowedFilesVariable } from "../../../src/engine/serving/namedFiles.ts";
import { runSuite } from "../../../src/extension/experiments/suiteTask.ts";
import type { AllowedPaths } from "../../../src/protocol/engine.ts";
import { host, resetHost, Uri } from "../support/vscode.ts";

beforeEach(resetHost);

it("a suite is handed the files that a person has allowed, and no leave for all others", async () => {
  host.folders = [{ uri: Uri.file("/w"), name: "w", index: 0 }];
  const asked: unknown[] = [];
  let allowedPaths: AllowedPaths = { read: [], written: [] };
  const request = async (...question: unknown[]): Promise<never> => {
    asked.push(question);
    // The person is asked meanwhile.
    allowedPaths = { read: ["/data/log.csv"], written: ["/data/x.moments.json"] };
    return null as never;
  };
  const engine = {
    request,
    get allowedPaths() {
      return allowedPaths;
    },
  };
  await runSuite(Uri.file("/w/a.suite.json"), Uri.file("/extension"), engine);
  expect(asked).toEqual([["suites/check", { file: resolve("/w/a.suite.json") }]]);
  const execution = host.tasks[0]?.execution as ProcessExecution | undefined;
  expect(execution?.args.slice(1)).toEqual(["suite", "run", resolve("/w/a.suite.json")]);
  expect(execution?.options?.env?.[allowedFilesVariable]).toBe('["/data/log.csv"]');
});
