/** The report on a suite's runs, written by the command line as the suite itself was run. */
import { execFile } from "node:child_process";
import { promisify, stripVTControlCharacters } from "node:util";
import { Uri } from "vscode";
import { ownEnvironment } from "../../protocol/ownEnvironment.ts";
import { messageOf, UserError } from "../platform/errors.ts";
import { requireTrust } from "../platform/trust.ts";
import { requireWorkspaceFolder } from "../platform/workspaceFolder.ts";

/**
 * @returns the page's path
 * @throws UntrustedError, UserError without a folder or where the suite has no result yet
 */
export async function writeSuiteReport(suite: Uri, extensionUri: Uri): Promise<string> {
  requireTrust();
  const command = Uri.joinPath(extensionUri, "dist", "cli.cjs").fsPath;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [command, "report", suite.fsPath, "--json"], {
      cwd: requireWorkspaceFolder(),
      // The editor's own binary is Node when this is set.
      env: { ...ownEnvironment(process.env), ELECTRON_RUN_AS_NODE: "1" },
    });
    return (JSON.parse(stdout) as { readonly page: string }).page;
  } catch (error) {
    const said = (error as { readonly stderr?: string }).stderr ?? "";
    const reason = stripVTControlCharacters(said)
      .replace(/^error /, "")
      .trim();
    throw new UserError(reason || messageOf(error), [], { cause: error });
  }
}
