/** Starts and resumes runs: what the commands, the Studio and a reload of the window have in common. */
import { l10n, type Uri } from "vscode";
import type { Experiment } from "../../protocol/experiment.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import type { EngineClient } from "../engine/engineClient.ts";
import { EngineInputError } from "../engine/engineErrors.ts";
import type { RunStore } from "../engine/runStore.ts";
import { offerTakeOver } from "../engine/takeOver.ts";
import type { ExperimentIndex } from "../experiments/experimentIndex.ts";
import type { EditorModels } from "../models/editorModels.ts";
import { keyFor } from "../models/modelKeys.ts";
import { UserError } from "../platform/errors.ts";
import type { ApiKeys } from "../platform/secrets.ts";
import { requireTrust } from "../platform/trust.ts";

interface LauncherServices {
  readonly engine: Pick<EngineClient, "request">;
  readonly runs: RunStore;
  readonly files: ExperimentIndex;
  readonly keys: ApiKeys;
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
    const key = experiment && (await this.keyFor(experiment));
    return runs.adopt(
      await engine.request("runs/start", {
        ...start,
        ...(seed !== undefined && { overrides: [`seed=${seed}`] }),
        ...(key !== undefined && { apiKey: key }),
      }),
    );
  }

  /**
   * Goes on with a paused run, or with one that ended early, from its checkpoint. For a user's action, as `start`.
   * @param acceptLoss also where rows are missing that were there at the checkpoint
   */
  async resume(runId: RunId, acceptLoss = false): Promise<RunRecord> {
    this.services.editorModels.consent();
    return offerTakeOver((takeOver) => this.goOn(runId, { acceptLoss, takeOver }));
  }

  /** The same without a user's action: the editor's models are asked only where they were allowed before. */
  continue(runId: RunId): Promise<RunRecord> {
    return this.goOn(runId, {});
  }

  private async goOn(runId: RunId, { acceptLoss = false, takeOver = false }): Promise<RunRecord> {
    requireTrust();
    const { engine, runs } = this.services;
    const experiment = runs.get(runId)?.experiment;
    const key = experiment && (await this.keyFor(experiment));
    const asked = {
      runId,
      ...(key !== undefined && { apiKey: key }),
      ...(acceptLoss && { acceptLoss }),
      ...(takeOver && { takeOver }),
    };
    return runs.adopt(
      await engine.request("runs/resume", asked).catch((error: unknown) => {
        throw this.withWayOut(error, runId);
      }),
    );
  }

  /** Rows that are missing may be put back, or done without. */
  private withWayOut(error: unknown, runId: RunId): unknown {
    if (!(error instanceof EngineInputError) || error.code !== "run.rows-missing") return error;
    const run = (): Promise<RunRecord> => this.resume(runId, true);
    return new UserError(error.message, [{ title: l10n.t("Resume Without It"), run }], { cause: error });
  }

  async pause(runId: RunId): Promise<void> {
    await this.services.engine.request("runs/pause", { runId });
  }

  async stop(runId: RunId): Promise<void> {
    await this.services.engine.request("runs/stop", { runId });
  }

  /** The stored key of the server an experiment asks, to be sent over the engine's channel. */
  keyFor(experiment: Experiment): Promise<string | undefined> {
    return keyFor(experiment, this.services.keys);
  }
}
