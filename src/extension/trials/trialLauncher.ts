/** Starts trials, goes on with them and stops them: what the commands and the Studio have in common. */
import { l10n, Uri, workspace } from "vscode";
import type { WantedContender } from "../../protocol/engine/trials.ts";
import type { EngineRequests, FittingTrial, PromptText, TryWords } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { RunRecord } from "../../protocol/run.ts";
import type { TrialSummary } from "../../protocol/trial/summary.ts";
import { type WantedKey, wantedKeys } from "../../protocol/wantedKeys.ts";
import type { EngineClient } from "../engine/engineClient.ts";
import { offerTakeOver } from "../engine/takeOver.ts";
import type { TrialStore } from "../engine/trialStore.ts";
import type { ExperimentIndex } from "../experiments/experimentIndex.ts";
import type { EditorModels } from "../models/editorModels.ts";
import type { ModelKeys } from "../models/modelKeys.ts";
import { UserError } from "../platform/errors.ts";
import { requireTrust } from "../platform/trust.ts";

interface TrialLauncherServices {
  readonly engine: Pick<EngineClient, "request">;
  readonly trials: TrialStore;
  readonly files: ExperimentIndex;
  readonly modelKeys: Pick<ModelKeys, "given">;
  readonly editorModels: Pick<EditorModels, "consent">;
}

type Limits = "sessions" | "newest" | "moments" | "repeats" | "maxCalls" | "maxCost";

export interface TrialChoice extends Pick<TryWords, Limits> {
  /** The run in sight. Before its first checkpoint there is nothing of it to serve from. */
  readonly run: RunRecord | undefined;
  /** Of one's choice, from the prompt as it stands. */
  readonly contenders?: (prompt: PromptText) => Promise<readonly WantedContender[]>;
}

type Further = Pick<EngineRequests["trials/goOn"]["params"], "sessions" | "maxCalls" | "maxCost">;

interface Words {
  readonly words: TryWords;
  /** Of the servers that are asked: for the words that are tried, and for those in force. */
  readonly wanted: readonly WantedKey[];
}

export class TrialLauncher {
  constructor(private readonly services: TrialLauncherServices) {}

  /**
   * Tries the words of an experiment's planner prompt as the editor holds them, saved or not. To be called for a user's
   * action: that is their consent to ask the editor's models.
   * @throws UntrustedError, UserError, EngineInputError, EngineFailure, EngineLostError
   */
  async try(experimentFile: Uri, choice: TrialChoice): Promise<TrialSummary> {
    requireTrust();
    const { engine, trials, modelKeys, editorModels } = this.services;
    const { words, wanted } = await this.wordsOf(experimentFile, choice);
    const keys = await modelKeys.given(wanted);
    editorModels.consent();
    return trials.adopt(await engine.request("trials/try", { ...words, ...keys }));
  }

  /** How many visits of a reflection's trial fit, and what they cost at most. Asks no model. */
  measureFitting({ id }: RunRecord): Promise<FittingTrial> {
    return this.services.engine.request("trials/reflectionFitting", { runId: id });
  }

  /** What a reflection does to the plans of its run, on so many visits at most. For a user's action, as `try`. */
  async measure(run: RunRecord, reflection: string, sessions: number): Promise<TrialSummary> {
    requireTrust();
    const { engine, trials, modelKeys, editorModels } = this.services;
    const keys = await modelKeys.given(wantedKeys([run.experiment.planner]));
    editorModels.consent();
    const params = { runId: run.id, reflection, sessions, ...keys };
    return trials.adopt(await engine.request("trials/reflection", params));
  }

  /** How many visits of it fit, and what they cost at most. Asks no model. */
  async fitting(experimentFile: Uri, choice: TrialChoice): Promise<FittingTrial> {
    const { words } = await this.wordsOf(experimentFile, choice);
    return this.services.engine.request("trials/fitting", words);
  }

  /**
   * Goes on with a trial, with more visits or other limits of its own where they are given, and else with the limits that
   * its experiment has by now. For a user's action, as `try`.
   */
  async goOn(id: string, further: Further = {}): Promise<TrialSummary> {
    requireTrust();
    const { engine, trials, files, modelKeys, editorModels } = this.services;
    await trials.load();
    const { wanted = [], base } = knownTrial(trials, id);
    // The servers that it has asked, whatever the experiment names by now.
    const keys = await modelKeys.given(wanted);
    editorModels.consent();
    // An experiment that is gone, or does not read, leaves the limits as they were.
    const document = await files.startOf(Uri.file(base.experimentFile)).catch(() => undefined);
    const asked = {
      id,
      ...further,
      ...(document?.experiment && { experimentText: document.start.experimentText }),
      ...keys,
    };
    return trials.adopt(
      await offerTakeOver((takeOver) => engine.request("trials/goOn", { ...asked, ...(takeOver && { takeOver }) })),
    );
  }

  /** What was paid for is kept. */
  async stop(id: string): Promise<void> {
    await this.services.engine.request("trials/stop", { id });
  }

  private async wordsOf(uri: Uri, { run, contenders: choose, ...choice }: TrialChoice): Promise<Words> {
    const { start, experiment } = await this.services.files.startOf(uri);
    const { experimentFile, experimentText, prompts } = start;
    if (!experiment) {
      const file = workspace.asRelativePath(uri, false);
      throw new UserError(l10n.t("{0} has errors. Mend them first, then try the words.", file));
    }
    if (!prompts.planner) {
      const { prompt } = experiment.planner;
      throw new UserError(l10n.t("The prompt file {0} was not found beside the experiment. Create it first.", prompt));
    }
    const base = run && run.iteration >= 1 ? run : undefined;
    const contenders = await choose?.(prompts.planner);
    // Nobody else is asked.
    const tried = contenders?.some(({ prompt }) => prompt) ?? true;
    const inForce = contenders?.some(({ prompt, plan }) => !prompt && plan === undefined) ?? true;
    const experiments: readonly Experiment[] = [
      ...(tried ? [experiment] : []),
      ...(base && inForce ? [base.experiment] : []),
    ];
    return {
      words: {
        experimentFile,
        experimentText,
        prompt: prompts.planner,
        ...(contenders && { contenders }),
        ...(base && { runId: base.id }),
        ...choice,
      },
      wanted: wantedKeys(experiments.map(({ planner }) => planner)),
    };
  }
}

/** @throws UserError where it is gone */
export function knownTrial(trials: Pick<TrialStore, "get">, id: string): TrialSummary {
  const trial = trials.get(id);
  if (trial) return trial;
  throw new UserError(l10n.t("There is no trial {0} in this workspace; it may have been deleted.", id));
}
