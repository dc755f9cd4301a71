/** Tells menus which prompts are read by the planner of an experiment: critics' cannot be tried. */
import { type Disposable, type LogOutputChannel, type TextDocument, workspace } from "vscode";
import type { ExperimentIndex } from "../experiments/experimentIndex.ts";
import { resolveBeside } from "../experiments/experimentPaths.ts";
import { setContextKey } from "../platform/contextKeys.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { messageOf } from "../platform/errors.ts";
import { isPrompt } from "../prompts/promptDocuments.ts";

/** Files are looked for once a prompt is open, not before. */
export function keepPlannerPromptsKey(files: ExperimentIndex, log: LogOutputChannel): Disposable {
  const owned = new DisposableStore();
  let told: string | undefined;
  const tell = async (): Promise<void> => {
    const found = await files.all();
    const paths = found.flatMap(({ uri, experiment }) =>
      experiment ? [resolveBeside(uri, experiment.planner.prompt).fsPath] : [],
    );
    const text = paths.join("\n");
    if (text === told) return;
    told = text;
    setContextKey("lerl.plannerPrompts", paths);
  };
  const look = (): void => void tell().catch((error: unknown) => log.warn(messageOf(error)));
  const opened = (document: TextDocument): void => {
    if (isPrompt(document)) look();
  };
  owned.addAll(files.onDidChange(look), workspace.onDidOpenTextDocument(opened));
  workspace.textDocuments.forEach(opened);
  return owned;
}
