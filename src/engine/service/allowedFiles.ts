/** Files outside the workspace that a person has allowed, in the editor, which asks them and remembers the answer. */
import { doneWith } from "../../protocol/engine/allowedPaths.ts";
import type { AllowedPaths } from "../../protocol/engine/files.ts";
import { type FileAccess, notAllowed, OutsideFilesError, outsideOf } from "../serving/namedFiles.ts";

export class AllowedFiles {
  private allowed: AllowedPaths = { read: [], written: [] };

  constructor(private readonly workspaceFolder: string) {}

  /** From now on these, and nothing else. */
  allow(allowed: AllowedPaths): void {
    this.allowed = allowed;
  }

  readonly access: FileAccess = async (named) => {
    const open = notAllowed(await outsideOf(named, [this.workspaceFolder]), this.allowed);
    if (open.length === 0) return;
    const when = doneWith(open) === "written" ? "before it is written" : "when you run it";
    const whatToDo = `A document from elsewhere could name any file: you are asked ${when}.`;
    throw new OutsideFilesError(open, "the workspace", whatToDo);
  };
}
