/**
 * Files outside the workspace that documents name: asked for once, and remembered by VS Code for this workspace, where no
 * folder from elsewhere can bring its own answer.
 */
import { l10n, type Memento } from "vscode";
import type { OutsideFile } from "../../protocol/engine.ts";
import { showWarningMessage } from "./dialogs.ts";

const KEY = "lerl.allowedFiles";

export class AllowedFiles {
  constructor(private readonly memory: Memento) {}

  /** Real paths of files and folders that may be read. */
  get paths(): readonly string[] {
    return this.memory.get<readonly string[]>(KEY, []);
  }

  /** Returns whether they may be read from now on. */
  async ask(files: readonly OutsideFile[]): Promise<boolean> {
    const allow = l10n.t("Allow");
    const list = files.map(({ setting, path }) => `${setting}: ${path}`);
    const { question, why } = files.some(({ written }) => written) ? toWrite() : toRead();
    const answer = await showWarningMessage(question, { modal: true, detail: [...list, "", why].join("\n") }, allow);
    if (answer !== allow) return false;
    await this.memory.update(KEY, [...new Set([...this.paths, ...files.map(({ path }) => path)])]);
    return true;
  }
}

const toRead = () => ({
  question: l10n.t(
    "Files are named that lie outside the workspace, or in a hidden folder of it. Allow LERL to read them?",
  ),
  why: l10n.t(
    "A document from elsewhere could name any file of yours, and what it holds may go to a model or into a run. Allow them if you expect them; the answer is remembered for this workspace.",
  ),
});

const toWrite = () => ({
  question: l10n.t(
    "A file is named that lies outside the workspace, or in a hidden folder of it. Allow LERL to write it?",
  ),
  why: l10n.t(
    "A run from elsewhere could name any file of yours as its experiment; decisions are kept beside it. Allow it if you expect it; the answer is remembered for this workspace.",
  ),
});
