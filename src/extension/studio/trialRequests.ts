/** The page's requests that concern trials: words that are tried, followed, looked into and taken over. */
import { l10n, type TextDocument } from "vscode";
import type { RunRecord } from "../../protocol/run.ts";
import type { PromptRole, StudioHandlers, StudioRequests } from "../../protocol/studio.ts";
import { wordsOf } from "../experiments/trialWords.ts";
import { UserError } from "../platform/errors.ts";
import { knownTrial, type TrialChoice } from "../trials/trialLauncher.ts";
import { choosePrompt, contendersOf } from "./draftContenders.ts";
import type { PagePrompt } from "./pagePrompt.ts";
import type { StudioServices } from "./services.ts";

type TrialMethods =
  | "tryWords"
  | "fittingTrial"
  | "choosePrompt"
  | "stopTrial"
  | "goOnTrial"
  | "trialVisit"
  | "useTrialWords";

interface TrialRequestsOptions {
  readonly services: Pick<StudioServices, "engine" | "runs" | "trials" | "trialLauncher">;
  readonly document: TextDocument;
  readonly prompts: Readonly<Record<PromptRole, PagePrompt>>;
  /** The run in sight. */
  readonly currentRun: () => RunRecord | undefined;
}

export function trialRequests(options: TrialRequestsOptions): Pick<StudioHandlers, TrialMethods> {
  const { services, document, prompts, currentRun } = options;
  const { planner, critic } = prompts;
  const { engine, runs, trials, trialLauncher } = services;

  /** Before the runs are known none is in sight. */
  const choiceOf = async ({ draft, ...asked }: StudioRequests["tryWords"]["params"]): Promise<TrialChoice> => {
    await runs.load();
    if (!draft) return { ...asked, run: currentRun() };
    const { contenders: _, ...limits } = draft;
    const contenders: TrialChoice["contenders"] = (prompt) => contendersOf(draft, prompt, { runs, document, planner });
    return { ...asked, ...limits, contenders, run: currentRun() };
  };

  return {
    tryWords: async (asked) => trialLauncher.try(document.uri, await choiceOf(asked)),

    fittingTrial: async (asked) => trialLauncher.fitting(document.uri, await choiceOf(asked)),

    choosePrompt: async () => {
      const file = await choosePrompt(document, [planner.file, critic.file]);
      return file === undefined ? {} : { file };
    },

    stopTrial: async ({ id }) => {
      await trialLauncher.stop(id);
      return null;
    },

    goOnTrial: async ({ id, ...further }) => {
      await trialLauncher.goOn(id, further);
      return null;
    },

    trialVisit: (params) => engine.request("trials/visit", params),

    useTrialWords: async ({ id, contender }) => {
      await trials.load();
      if (await planner.restore(wordsOf(knownTrial(trials, id), contender))) return null;
      throw new UserError(l10n.t("The prompt file changed in the meantime, or is gone. Look at it and try again."));
    },
  };
}
