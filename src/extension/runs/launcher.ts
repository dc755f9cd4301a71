/** Starts and resumes runs: what the commands, the Studio and a reload of the window have in common. */
import { l10n, type Uri } from "vscode";
import type { Experiment } from "../../protocol/experiment.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import { keysOf } from "../../protocol/wantedKeys.ts";
import type { EngineClient } from "../engine/engineClient.ts";
import { EngineInputError } from "../engine/engineErrors.ts";
import type { RunStore } from "../engine/runStore.ts";
import { offerTakeOver } from "../engine/takeOver.ts";
import type { ExperimentIndex } from "../experiments/experimentIndex.ts";
import type { EditorModels } from "../models/editorModels.ts";
import type { KeysGiven, ModelKeys } from "../models/modelKeys.ts";
import { UserError } from "../platform/errors.ts";
import { requireTrust } from "../platform/trust.ts";

interface LauncherServices {
  readonly engine: Pick<EngineClient, "request">;
  readonly runs: RunStore;
  readonly files: ExperimentIndex;
  readonly modelKeys: Pick<ModelKeys, "given">;
  readonly editorModels: Pick<EditorModels, "consent">;
}

export class Launcher {
  constructor(private readonly services: LauncherServices) {}

  /**
   * Starts a run of an experiment file as the editor holds it, saved or not. To be called for a user's action: that
   * is their consent to ask the editor's models.
   * @param seed instead of the file's
   * @throws UntrustedError, UserError, EngineInputError, EngineFailure, EngineLostError
   */
  async start(uri: Uri, seed?: number): Promise<RunRecord> {
    requireTrust();
    const { engine, runs, files, editorModels } = this.services;
    const { start, experiment } = await files.startOf(uri);
    editorModels.consent();
    const keys = await this.keysOf(experiment);
    const overrides = seed === undefined ? {} : { overrides: [`seed=${seed}`] };
    return runs.adopt(await engine.request("runs/start", { ...start, ...overrides, ...keys }));
  }

  /**
   * Goes on with a paused run, or with one that ended early, from its checkpoint. For a user's action, as `start`.
   * @param acceptLoss also where rows are missing that were there at the checkpoint, or the checkpoint itself
   */
  async resume(runId: RunId, acceptLoss = false): Promise<RunRecord> {
    this.services.editorModels.consent();
    return offerTakeOver((takeOver) => this.goOn(runId, true, { acceptLoss, takeOver }));
  }

  /** The same without a user's action: models are asked, and keys sent, only where that was allowed before. */
  continue(runId: RunId): Promise<RunRecord> {
    return this.goOn(runId, false);
  }

  private async goOn(
    runId: RunId,
    isAttended: boolean,
    { acceptLoss = false, takeOver = false } = {},
  ): Promise<RunRecord> {
    requireTrust();
    const { engine, runs } = this.services;
    const keys = await this.keysOf(runs.get(runId)?.experiment, isAttended);
    const asked = {
      runId,
      ...keys,
      ...(acceptLoss && { acceptLoss }),
      ...(takeOver && { takeOver }),
    };
    return runs.adopt(
      await engine.request("runs/resume", asked).catch((error: unknown) => {
        throw this.withWayOut(error, runId);
      }),
    );
  }

  /** What is missing may be put back, or done without. */
  private withWayOut(error: unknown, runId: RunId): unknown {
    if (!(error instanceof EngineInputError)) return error;
    const title = wayOut(error.code);
    if (title === undefined) return error;
    const run = (): Promise<RunRecord> => this.resume(runId, true);
    return new UserError(error.message, [{ title, run }], { cause: error });
  }

  async pause(runId: RunId): Promise<void> {
    await this.services.engine.request("runs/pause", { runId });
  }

  async stop(runId: RunId): Promise<void> {
    await this.services.engine.request("runs/stop", { runId });
  }

  /**
   * The keys of the servers that an experiment asks, to be sent over the engine's channel.
   * @throws UserError where one may not be sent
   */
  keysOf(experiment: Experiment | undefined, isAttended = true): Promise<KeysGiven> {
    return this.services.modelKeys.given(experiment ? keysOf(experiment) : [], isAttended);
  }
}

/** The button that accepts a loss, by the error's code; undefined: there is none to accept. */
function wayOut(code: string | undefined): string | undefined {
  if (code === "run.rows-missing") return l10n.t("Resume Without It");
  if (code === "run.checkpoint-missing") return l10n.t("Begin the Run Anew");
  return undefined;
}
