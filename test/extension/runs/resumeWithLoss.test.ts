/** What the editor offers where rows of a run are missing. */
import { beforeEach, expect, it } from "vitest";
import { EngineInputError } from "../../../src/extension/engine/engineErrors.ts";
import { UserError } from "../../../src/extension/platform/errors.ts";
import { Launcher } from "../../../src/extension/runs/launcher.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { AnsweringEngine } from "../support/answeringEngine.ts";
import { host, partly, resetHost, Uri } from "../support/vscode.ts";
import { run } from "./support.ts";

type Services = ConstructorParameters<typeof Launcher>[0];

beforeEach(() => {
  resetHost();
  host.folders.push({ uri: Uri.file("/w"), name: "w", index: 0 });
});

function launcherOf(engine: AnsweringEngine): Launcher {
  const record = run({ state: "interrupted" });
  return new Launcher({
    engine,
    runs: partly<Services["runs"]>({ get: () => record, adopt: (adopted: RunRecord) => adopted }),
    files: partly<Services["files"]>({}),
    modelKeys: { given: async () => ({}) },
    editorModels: { consent: () => undefined },
  });
}

it.each([
  ["run.rows-missing", "Resume Without It"],
  ["run.checkpoint-missing", "Begin the Run Anew"],
])("says what is missing, and after %s what the button does: %s", async (code, title) => {
  const words = "metrics.jsonl lacks 2 of 3 rows";
  const engine = new AnsweringEngine({
    "runs/resume": ({ acceptLoss }) => {
      if (acceptLoss) return run({ state: "running" });
      throw new EngineInputError(words, code);
    },
  });
  const refused = await launcherOf(engine)
    .resume("r")
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UserError);
  expect(refused).toMatchObject({ message: words, actions: [{ title }] });
  expect(await (refused as UserError).actions[0]?.run()).toMatchObject({ state: "running" });
  expect(engine.paramsOf("runs/resume")).toEqual([{ runId: "r" }, { runId: "r", acceptLoss: true }]);
});

it("offers nothing of that kind for other errors", async () => {
  const error = new EngineInputError("done", "run.done");
  const engine = new AnsweringEngine({
    "runs/resume": () => {
      throw error;
    },
  });
  await expect(launcherOf(engine).resume("r")).rejects.toBe(error);
});
