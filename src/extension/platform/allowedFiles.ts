/**
 * Files outside the workspace that documents name: asked for once, and remembered by VS Code for this workspace, where no
 * folder from elsewhere can bring its own answer.
 */
import { l10n, type Memento } from "vscode";
import { allowedWith, doneWith } from "../../protocol/engine/allowedPaths.ts";
import type { AllowedPaths, OutsideFile } from "../../protocol/engine/files.ts";
import { showWarningMessage } from "./dialogs.ts";

/** Lists of real paths. The first has the name that it had when there was no other. */
const keys = { read: "lerl.allowedFiles", written: "lerl.allowedFiles.written" } as const;

export class AllowedFiles {
  constructor(private readonly memory: Memento) {}

  get allowed(): AllowedPaths {
    const remembered = (key: string) => [...this.memory.get<readonly string[]>(key, [])];
    return { read: remembered(keys.read), written: remembered(keys.written) };
  }

  /** Returns whether they are allowed from now on, for what they were asked for. */
  async ask(files: readonly OutsideFile[]): Promise<boolean> {
    const allow = l10n.t("Allow");
    const list = files.map(({ setting, path }) => `${setting}: ${path}`);
    const { question, why } = doneWith(files) === "written" ? toWrite() : toRead();
    const answer = await showWarningMessage(question, { modal: true, detail: [...list, "", why].join("\n") }, allow);
    if (answer !== allow) return false;
    const { read, written } = allowedWith(this.allowed, files);
    await this.memory.update(keys.read, read);
    await this.memory.update(keys.written, written);
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
