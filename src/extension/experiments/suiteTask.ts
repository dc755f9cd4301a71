/** Suites run as a task: the command line in a terminal, where progress, Ctrl+C and the table at the end belong. */
import { l10n, ProcessExecution, Task, TaskScope, tasks, Uri } from "vscode";
import type { EngineClient } from "../engine/engineClient.ts";
import { executeCommand } from "../platform/commands.ts";
import { showInformationMessage } from "../platform/dialogs.ts";
import { fileName } from "../platform/documents.ts";
import { offerActions } from "../platform/errors.ts";
import { requireTrust } from "../platform/trust.ts";
import { requireWorkspaceFolder } from "../platform/workspaceFolder.ts";

/** Named in package.json (taskDefinitions). */
const TASK_TYPE = "lerl-suite";

/** @throws UntrustedError, UserError without a folder, EngineInputError where the suite cannot be run */
export async function runSuite(
  suite: Uri,
  extensionUri: Uri,
  engine: Pick<EngineClient, "request" | "allowedPaths">,
): Promise<void> {
  requireTrust();
  // Asks for what it reads outside the workspace: a terminal is no place for that.
  await engine.request("suites/check", { file: suite.fsPath });
  const command = Uri.joinPath(extensionUri, "dist", "cli.cjs").fsPath;
  const execution = new ProcessExecution(process.execPath, [command, "suite", "run", suite.fsPath], {
    cwd: requireWorkspaceFolder(),
    // The editor's own binary is Node when the first is set; the second is src/engine/serving/namedFiles.ts.
    env: { ELECTRON_RUN_AS_NODE: "1", LERL_ALLOWED_FILES: JSON.stringify(engine.allowedPaths.read) },
  });
  const name = fileName(suite);
  const task = new Task(
    { type: TASK_TYPE, file: suite.fsPath },
    TaskScope.Workspace,
    name,
    l10n.t("LERL suite"),
    execution,
  );
  const started = await tasks.executeTask(task);
  const listening = tasks.onDidEndTaskProcess(({ execution: ended, exitCode }) => {
    if (ended !== started) return;
    listening.dispose();
    if (exitCode === 0) offerReport(suite, name);
  });
}

/** The terminal shows the table; the page has the curves. */
function offerReport(suite: Uri, name: string): void {
  const report = l10n.t("Open Report");
  void offerActions(showInformationMessage(l10n.t('The suite "{0}" is done.', name), report), [
    { title: report, run: () => executeCommand("lerl.openReport", suite) },
  ]);
}
