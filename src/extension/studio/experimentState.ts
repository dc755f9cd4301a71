/** The experiment document as the page sees it. */
import { type TextDocument, workspace } from "vscode";
import { parseExperiment } from "../../protocol/parseExperiment.ts";
import type { DocumentState } from "../../protocol/studio.ts";

export function documentState(document: TextDocument): DocumentState {
  const text = document.getText();
  const parsed = parseExperiment(text);
  return {
    file: workspace.asRelativePath(document.uri, false),
    version: document.version,
    dirty: document.isDirty,
    text,
    problems: parsed.ok
      ? []
      : parsed.problems.map(({ line, column, path, message }) => ({
          line: line - 1,
          column: column - 1,
          severity: "error",
          message: path ? `${path}: ${message}` : message,
        })),
    ...(parsed.ok && { experiment: parsed.value }),
  };
}
