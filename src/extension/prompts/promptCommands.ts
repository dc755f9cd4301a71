/** The commands of prompt files and their previews. */
import { type Disposable, l10n, type Uri, workspace } from "vscode";
import { experimentsOf, promptInUse } from "../experiments/promptUses.ts";
import { activeFile } from "../experiments/target.ts";
import { executeCommand, registerCommand } from "../platform/commands.ts";
import { askText, pickOne } from "../platform/dialogs.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { readText } from "../platform/documents.ts";
import { UserError } from "../platform/errors.ts";
import { activePrompt } from "./activePrompt.ts";
import { type PromptPreviews, promptOf } from "./preview.ts";
import { previousVersion } from "./promptHistory.ts";
import type { PromptsServices } from "./services.ts";
import { showDifference } from "./versionDocuments.ts";

export function registerPromptCommands(services: PromptsServices, previews: PromptPreviews): Disposable {
  const { log, runs } = services;
  const owned = new DisposableStore();

  const experimentOf = async (prompt: Uri, placeHolder: string): Promise<Uri | undefined> => {
    const { uses } = await promptInUse(services, prompt);
    const files = experimentsOf(uses);
    if (files.length === 0) throw new UserError(l10n.t("No experiment in this workspace names this prompt."));
    if (files.length === 1) return files[0]?.uri;
    const items = files.map(({ name, uri }) => ({ label: name, description: workspace.asRelativePath(uri), uri }));
    return (await pickOne(items, { placeHolder }))?.uri;
  };

  owned.addAll(
    registerCommand(log, "lerl.previewPrompt", (prompt) => previews.open(activePrompt(prompt))),

    registerCommand(log, "lerl.runPrompt", async (prompt) => {
      const experiment = await experimentOf(activePrompt(prompt), l10n.t("Choose the experiment to run"));
      if (experiment) await executeCommand("lerl.run", experiment);
    }),

    registerCommand(log, "lerl.showPromptExperiments", async (prompt) => {
      const experiment = await experimentOf(activePrompt(prompt), l10n.t("Experiments that name this prompt"));
      if (experiment) await executeCommand("lerl.openStudio", experiment);
    }),

    registerCommand(log, "lerl.comparePromptVersion", async (target) => {
      const prompt = activePrompt(target);
      const { uses } = await promptInUse(services, prompt);
      const version = previousVersion(uses, runs.all, prompt, await readText(prompt));
      if (!version) throw new UserError(l10n.t("No run has used another version of this prompt."));
      await showDifference(prompt, version);
    }),

    registerCommand(log, "lerl.choosePreviewUser", async (target) => {
      const uri = target ?? activePreview();
      const current = previews.choiceOf(uri)?.user;
      const user = await askNumber(l10n.t("User to render for, counted from 0 as in the data set"), current);
      if (user !== undefined) previews.choose(uri, { user });
    }),

    registerCommand(log, "lerl.choosePreviewStep", async (target) => {
      const uri = target ?? activePreview();
      const current = (previews.choiceOf(uri)?.step ?? 0) + 1;
      const step = await askNumber(l10n.t("Step to render for; 1 is the beginning of a session"), current, 1);
      if (step !== undefined) previews.choose(uri, { step: step - 1 });
    }),
  );
  return owned;
}

function activePreview(): Uri {
  const uri = activeFile();
  if (uri && uri.toString() !== promptOf(uri).toString()) return uri;
  throw new UserError(l10n.t("Open the preview of a prompt first."));
}

async function askNumber(prompt: string, current = 0, least = 0): Promise<number | undefined> {
  const text = await askText({
    prompt,
    value: String(current),
    validateInput: (typed) =>
      /^\d+$/.test(typed) && Number(typed) >= least ? undefined : l10n.t("Expected a whole number from {0}.", least),
  });
  return text === undefined ? undefined : Number(text);
}
