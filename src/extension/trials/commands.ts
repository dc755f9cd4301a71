/** The commands on trials: trying a prompt's words, and what is done with a trial in the tree. */
import { type Disposable, l10n, Uri, window, workspace } from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { TrialSummary } from "../../protocol/trial/summary.ts";
import { estimateSentence } from "../../protocol/trial/words.ts";
import { EngineInputError } from "../engine/engineErrors.ts";
import { resolveBeside } from "../experiments/experimentPaths.ts";
import { experimentsOf, promptInUse } from "../experiments/promptUses.ts";
import { trialNumbers } from "../experiments/trialRow.ts";
import { triedWords, wordsOf } from "../experiments/trialWords.ts";
import { executeCommand, registerCommand, type TrialTarget } from "../platform/commands.ts";
import { pickOne, showInformationMessage } from "../platform/dialogs.ts";
import { fittedText, replaceText } from "../platform/documents.ts";
import { UserError } from "../platform/errors.ts";
import { stateIcon } from "../platform/states.ts";
import { requireTrust } from "../platform/trust.ts";
import { activePrompt } from "../prompts/activePrompt.ts";
import type { TrialsServices } from "./services.ts";
import { deleteTrial } from "./trialFolders.ts";
import { knownTrial } from "./trialLauncher.ts";

export function registerTrialCommands(services: TrialsServices): readonly Disposable[] {
  const { log, runs, trials, trialLauncher, studio } = services;
  return [
    registerCommand(log, "lerl.tryPrompt", (prompt) => tryPrompt(services, activePrompt(prompt))),

    registerCommand(log, "lerl.measureReflection", async (target) => {
      await runs.load();
      const run = target && runs.get(target.runId);
      if (!run) throw new UserError(l10n.t("Choose a reflection in the view Reflections first."));
      requireTrust();
      const { sessions, estimate } = await trialLauncher.measureFitting(run);
      const measure = l10n.t("Measure");
      const detail = l10n.t(
        "The planner plans the same visits with {0} and without, at most {1}: {2}. It ends as soon as the answer is clear, and nothing is trained.",
        target.reflection,
        sessions,
        estimateSentence(estimate),
      );
      const question = l10n.t("Measure what this reflection does to the plans of {0}?", run.name);
      if ((await showInformationMessage(question, { modal: true, detail }, measure)) !== measure) return;
      const { id } = await trialLauncher.measure(run, target.reflection, sessions);
      await studio.showBeside(Uri.file(run.experimentFile), { tab: "trial", trial: id });
    }),

    registerCommand(log, "lerl.openTrial", async (target) => {
      const trial = await chosen(services, target, { placeHolder: l10n.t("Choose the trial to open") });
      if (trial) await open(trial);
    }),

    registerCommand(log, "lerl.stopTrial", async (target) => {
      const trial = await chosen(services, target, {
        fits: ({ id, state }) => isActive(state) && trials.isMine(id),
        placeHolder: l10n.t("Choose the trial to cancel"),
        none: l10n.t("No trial is under way in this window."),
      });
      if (trial) await trialLauncher.stop(trial.id);
    }),

    registerCommand(log, "lerl.useTrialWords", async (target) => {
      const trial = await chosen(services, target, {
        fits: (candidate) => triedWords(candidate).length > 0,
        placeHolder: l10n.t("Choose the trial whose words to use"),
        none: l10n.t("No words were tried: the contenders plan without a prompt."),
      });
      const contender = trial && (target?.contender ?? (await chosenContender(trial)));
      if (trial && contender !== undefined) await useWords(services, trial, contender);
    }),

    registerCommand(log, "lerl.deleteTrial", async (target) => {
      const trial = await chosen(services, target, {
        fits: ({ state }) => !isActive(state),
        placeHolder: l10n.t("Choose the trial to delete"),
        none: l10n.t("Cancel the trial before you delete it."),
      });
      if (trial && (await deleteTrial(trial))) trials.forget(trial.id);
    }),
  ];
}

/** Beside the prompt, which keeps the focus: the next words are typed there. */
async function tryPrompt(services: TrialsServices, prompt: Uri): Promise<void> {
  const { runs, studio, trialLauncher } = services;
  const experiment = await experimentOf(services, prompt);
  if (!experiment) return;
  await studio.showBeside(experiment, { tab: "trial" });
  await runs.load();
  try {
    const { id } = await trialLauncher.try(experiment, { run: studio.runInSight(experiment) });
    await studio.showBeside(experiment, { tab: "trial", trial: id });
  } catch (error) {
    throw error instanceof EngineInputError && error.code === "planner.offline"
      ? connectFirst(error, experiment)
      : error;
  }
}

/** The experiment whose planner reads the prompt; undefined: the user chose none. */
async function experimentOf(services: TrialsServices, prompt: Uri): Promise<Uri | undefined> {
  const { uses } = await promptInUse(services, prompt);
  const files = experimentsOf(uses.filter(({ role }) => role === "planner"));
  if (files.length === 0) {
    throw new UserError(
      uses.length > 0
        ? l10n.t("This is a critic's prompt. A trial compares plans: try the planner's prompt.")
        : l10n.t("No experiment in this workspace names this prompt."),
    );
  }
  if (files.length === 1) return files[0]?.uri;
  const items = files.map(({ name, uri }) => ({ label: name, description: workspace.asRelativePath(uri), uri }));
  return (await pickOne(items, { placeHolder: l10n.t("Choose the experiment to try the words in") }))?.uri;
}

const connectFirst = (cause: EngineInputError, experiment: Uri): UserError =>
  new UserError(
    cause.message,
    [{ title: l10n.t("Connect a Model"), run: () => executeCommand("lerl.connectModel", experiment) }],
    { cause },
  );

async function open({ id, base }: TrialSummary): Promise<void> {
  await executeCommand("lerl.openStudio", Uri.file(base.experimentFile), { tab: "trial", trial: id });
}

/** Into the planner's prompt of the trial's experiment, as one undo step; it is not saved. */
async function useWords({ files }: TrialsServices, trial: TrialSummary, contender: number): Promise<void> {
  const text = wordsOf(trial, contender);
  const experimentFile = Uri.file(trial.base.experimentFile);
  const { experiment } = await files.describe(experimentFile);
  if (!experiment) {
    const file = workspace.asRelativePath(experimentFile, false);
    throw new UserError(l10n.t("{0} has errors, so its prompt file is not known. Mend them first.", file));
  }
  const document = await workspace.openTextDocument(resolveBeside(experimentFile, experiment.planner.prompt));
  await window.showTextDocument(document);
  if (await replaceText(document, fittedText(text, document))) return;
  throw new UserError(l10n.t("The prompt file changed in the meantime, or is gone. Look at it and try again."));
}

interface Choice {
  /** Which trials the command can be used on. */
  readonly fits?: (trial: TrialSummary) => boolean;
  readonly placeHolder: string;
  /** Said when no trial fits. */
  readonly none?: string;
}

/** The trial of a row, else the only one that fits, else the one that the user picks. */
async function chosen(
  { trials }: TrialsServices,
  target: TrialTarget | undefined,
  { fits = () => true, placeHolder, none = l10n.t("There is no trial in this workspace yet.") }: Choice,
): Promise<TrialSummary | undefined> {
  await trials.load();
  if (target) {
    const trial = knownTrial(trials, target.trialId);
    if (fits(trial)) return trial;
    throw new UserError(none);
  }
  const items = trials.all.filter(fits).map((trial) => ({
    label: trial.name,
    description: trialNumbers(trial, trials.progress(trial.id)),
    iconPath: stateIcon(trial.state),
    trial,
  }));
  if (items.length === 0) throw new UserError(none);
  if (items.length === 1) return items[0]?.trial;
  return (await pickOne(items, { placeHolder }))?.trial;
}

async function chosenContender(trial: TrialSummary): Promise<number | undefined> {
  const tried = triedWords(trial);
  if (tried.length <= 1) return tried[0];
  const items = tried.map((contender) => ({ label: trial.contenders[contender]?.name ?? "", contender }));
  return (await pickOne(items, { placeHolder: l10n.t("Choose whose words to use") }))?.contender;
}
