/**
 * Every command of the extension with the arguments it takes. A command that is missing here does not compile; one that
 * package.json does not declare, or nobody registers, fails test/extension/platform/contributions.test.ts.
 */
import { commands, type Disposable, type LogOutputChannel, type Uri } from "vscode";
import type { PromptRole } from "../../protocol/promptRole.ts";
import type { RunId } from "../../protocol/run.ts";
import type { StudioEvents } from "../../protocol/studio.ts";
import { messageOf, showError } from "./errors.ts";

/** An experiment or suite file: a Uri from the explorer or an editor's title, or a row of the Experiments tree. */
export type FileTarget = Uri | { readonly uri: Uri };
/** A run: a row of the Runs tree, or a caller that knows the id. */
export type RunTarget = { readonly runId: RunId };
/** A reflection: a row of the Reflection Pool, a link in a hover, or an entry of the pick list. */
export type ReflectionTarget = RunTarget & { readonly reflection: string };
/** A trial: a row below its experiment, or a caller that knows the id. */
export type TrialTarget = { readonly trialId: string };
/** What VS Code passes to a command of a tree with several rows selected: the row clicked, then the selection. */
type Selection<T> = [clicked?: T, selected?: readonly T[]];

export interface CommandArguments {
  "lerl.run": [target?: FileTarget];
  "lerl.runSuite": [target?: FileTarget];
  "lerl.newExperiment": [];
  "lerl.describeData": [target?: FileTarget];
  "lerl.openStudio": [target?: FileTarget | RunTarget, reveal?: StudioEvents["reveal"]];
  "lerl.openAsText": [target?: FileTarget];
  "lerl.refreshExperiments": [];

  "lerl.pause": Selection<RunTarget>;
  "lerl.resume": Selection<RunTarget>;
  "lerl.stop": Selection<RunTarget>;
  "lerl.openRun": [target?: RunTarget];
  "lerl.compareRuns": Selection<RunTarget>;
  "lerl.compareWithLast": [target?: RunTarget | FileTarget];
  /** On runs, or on a suite file: all its runs. */
  "lerl.openReport": [clicked?: RunTarget | FileTarget, selected?: readonly RunTarget[]];
  "lerl.evaluate": [target?: RunTarget];
  "lerl.revealRunFolder": [target?: RunTarget];
  "lerl.noteRun": [target?: RunTarget];
  "lerl.renameRun": [target?: RunTarget];
  "lerl.deleteRun": Selection<RunTarget>;
  "lerl.openPromptVersion": [target?: RunTarget & { readonly role: PromptRole; readonly hash: string }];
  "lerl.refreshRuns": [];
  "lerl.cleanUp": [];

  "lerl.runPrompt": [prompt?: Uri];
  "lerl.previewPrompt": [prompt?: Uri];
  "lerl.choosePreviewUser": [preview?: Uri];
  "lerl.choosePreviewStep": [preview?: Uri];
  "lerl.comparePromptVersion": [prompt?: Uri];
  "lerl.showPromptExperiments": [prompt?: Uri];

  "lerl.tryPrompt": [prompt?: Uri];
  "lerl.measureReflection": [target?: ReflectionTarget];
  "lerl.openTrial": [target?: TrialTarget];
  "lerl.stopTrial": [target?: TrialTarget];
  /** The words of the contender given, else of the one that was tried. */
  "lerl.useTrialWords": [target?: TrialTarget & { readonly contender?: number }];
  "lerl.deleteTrial": [target?: TrialTarget];

  "lerl.showReflections": [prompt?: Uri];
  "lerl.openReflection": [target?: ReflectionTarget];
  "lerl.showReflectionSession": [target?: ReflectionTarget];
  "lerl.pinReflection": [target?: ReflectionTarget];
  "lerl.unpinReflection": [target?: ReflectionTarget];
  "lerl.muteReflection": [target?: ReflectionTarget];
  "lerl.unmuteReflection": [target?: ReflectionTarget];
  "lerl.rateReflectionUp": [target?: ReflectionTarget];
  "lerl.rateReflectionDown": [target?: ReflectionTarget];
  "lerl.clearReflectionRating": [target?: ReflectionTarget];
  "lerl.editReflection": [target?: ReflectionTarget];
  "lerl.deleteReflection": [target?: ReflectionTarget];
  "lerl.copyReflection": [target?: ReflectionTarget];
  "lerl.saveRatingSheet": [];
  "lerl.groupReflectionsByScore": [];
  "lerl.groupReflectionsByPrompt": [];
  "lerl.groupReflectionsByEpisode": [];
  "lerl.sortReflections": [];
  "lerl.filterReflections": [];
  "lerl.clearReflectionFilter": [];

  "lerl.connectModel": [target?: FileTarget];
  "lerl.forgetKeys": [];

  "lerl.restartEngine": [];
  "lerl.showLog": [];
}

export type CommandId = keyof CommandArguments;

type Handler<C extends CommandId> = (...args: CommandArguments[C]) => unknown;

/** Registers a command; what its handler throws is shown to the user and logged. */
export function registerCommand<C extends CommandId>(log: LogOutputChannel, id: C, handler: Handler<C>): Disposable {
  return commands.registerCommand(id, async (...args: CommandArguments[C]) => {
    try {
      return await handler(...args);
    } catch (error) {
      // The caller does not wait until the message is answered.
      showError(log, error).catch((failure: unknown) => log.error(messageOf(failure)));
      return undefined;
    }
  });
}

/** Runs one of our commands. */
export const executeCommand = <C extends CommandId>(id: C, ...args: CommandArguments[C]): Thenable<unknown> =>
  commands.executeCommand(id, ...args);

/** The command as a link of a tree row, a code lens or a status bar item. */
export const commandLink = <C extends CommandId>(id: C, title: string, ...args: CommandArguments[C]) => ({
  command: id,
  title,
  arguments: args,
});
