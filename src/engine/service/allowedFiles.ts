/** Files outside the workspace that a person has let be read, in the editor, which asks them and remembers the answer. */
import { doneWith, type FileAccess, isIn, OutsideFilesError, outsideOf } from "../serving/namedFiles.ts";

export class AllowedFiles {
  private readonly paths = new Set<string>();

  constructor(private readonly workspaceFolder: string) {}

  /** @param paths real ones, of files or folders */
  allow(paths: readonly string[]): void {
    for (const path of paths) this.paths.add(path);
  }

  readonly access: FileAccess = async (named) => {
    const outside = await outsideOf(named, [this.workspaceFolder]);
    const open = outside.filter(({ path }) => ![...this.paths].some((allowed) => isIn(allowed, path)));
    if (open.length === 0) return;
    const when = doneWith(open) === "written" ? "before it is written" : "when you run it";
    const whatToDo = `A document from elsewhere could name any file: you are asked ${when}.`;
    throw new OutsideFilesError(open, "the workspace", whatToDo);
  };
}
