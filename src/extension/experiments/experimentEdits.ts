/** *Save to the file*: changes of the experiment document, one undo step each, never to something unreadable. */

import { parse } from "jsonc-parser";
import { EndOfLine, l10n, Range, type TextDocument, WorkspaceEdit, workspace } from "vscode";
import type { LiveChange } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { valueAt } from "../../protocol/jsonPath.ts";
import { parseExperiment } from "../../protocol/parseExperiment.ts";
import { UserError } from "../platform/errors.ts";
import { applyReplacements } from "../platform/textEdits.ts";
import { documentEdits } from "./documentEdits.ts";

/** @throws UserError where the document has errors, would get some, or changed in the meantime */
export async function editExperiment(document: TextDocument, changes: readonly LiveChange[]): Promise<null> {
  const text = document.getText();
  const parsed = parseExperiment(text);
  if (!parsed.ok) {
    throw new UserError(l10n.t("The experiment file has errors. Mend them in the text editor first."));
  }
  const complete = withForms(text, parsed.value, changes);
  const edits = documentEdits(text, complete, document.eol === EndOfLine.CRLF ? "\r\n" : "\n");
  const outcome = parseExperiment(applyReplacements(text, edits));
  if (!outcome.ok) {
    const [problem] = outcome.problems;
    throw new UserError(
      l10n.t("{0}: {1} The file stays as it is.", problem?.path ?? "", problem?.message ?? l10n.t("Not allowed.")),
    );
  }
  if (edits.length === 0) return null;
  const edit = new WorkspaceEdit();
  for (const { offset, length, text: added } of edits) {
    edit.replace(document.uri, new Range(document.positionAt(offset), document.positionAt(offset + length)), added);
  }
  if (await workspace.applyEdit(edit)) return null;
  throw new UserError(l10n.t("The experiment file changed in the meantime. Look at it and try again."));
}

/** Settings that come in several forms, and what tells the form. */
const forms = { dataset: "kind", "simulator.responseModel": "kind", "simulator.quit": "rule" } as const;

/** The changes; where one writes into a setting that the file leaves to its default, the default's form comes first. */
function withForms(text: string, experiment: Experiment, changes: readonly LiveChange[]): readonly LiveChange[] {
  const inFile: unknown = parse(text);
  const missing = Object.entries(forms).flatMap(([path, key]): LiveChange[] => {
    const written = changes.some((change) => change.path.startsWith(`${path}.`));
    const whole = changes.some((change) => change.path === path);
    const form = { path: `${path}.${key}`, value: valueAt(experiment, `${path}.${key}`) };
    return written && !whole && valueAt(inFile, path) === undefined ? [form] : [];
  });
  return [...missing, ...changes];
}
