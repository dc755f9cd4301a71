/** Everything a run keeps on disk: opened together, saved in an order that a crash cannot spoil, closed together. */
import { randomUUID } from "node:crypto";
import { asksModel } from "../../protocol/asksModel.ts";
import type { PromptTexts } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { promptRoles } from "../../protocol/promptRole.ts";
import type { Reflection, RunRecord } from "../../protocol/run.ts";
import { promptHash } from "../prompts/prompt.ts";
import { type Checkpoint, type CheckpointOrigin, CheckpointStore } from "../store/checkpoint.ts";
import { orUndo } from "../store/files.ts";
import type { JsonDocument } from "../store/jsonDocument.ts";
import { openReflections, openRunRecord, type ReflectionsDocument } from "../store/runDocuments.ts";
import { RunFolder } from "../store/runFolder.ts";
import { documentHash } from "./ownCheckpoint.ts";
import { RecordKeeper } from "./recordKeeper.ts";
import type { RunHost, RunStart } from "./runHost.ts";
import { type LogEnds, RunLog } from "./runLog.ts";

interface Opening {
  /** The record of a new run; without it the folder must hold one. */
  readonly initial?: RunRecord;
  /** The uid of a run whose record has none; without it such a run gets a new one. */
  readonly given?: string | undefined;
  /** Where rows of its logs are known to end: they are not counted again. */
  readonly logs?: LogEnds;
}

export class RunStorage {
  private constructor(
    readonly folder: RunFolder,
    readonly record: RecordKeeper,
    readonly log: RunLog,
    private readonly pool: JsonDocument<ReflectionsDocument>,
    private readonly checkpoints: CheckpointStore,
    private readonly owner: Pick<CheckpointOrigin, "uid" | "document">,
  ) {}

  /** @throws InputError where the folder cannot be made */
  static async create(
    { experiment, experimentFile, prompts, folder: path }: RunStart,
    host: RunHost,
  ): Promise<RunStorage> {
    const folder = await RunFolder.create({
      workspaceFolder: host.workspaceFolder,
      name: experiment.name,
      seed: experiment.seed,
      now: host.now,
      random: host.random,
      ...(path !== undefined && { folder: path }),
    });
    const record: RunRecord = {
      schemaVersion: 9,
      id: folder.id,
      uid: randomUUID(),
      name: experiment.name,
      note: "",
      experimentFile,
      experiment,
      seed: experiment.seed,
      state: "starting",
      startedAt: host.now().toISOString(),
      activeSeconds: 0,
      iteration: 0,
      iterations: experiment.training.iterations,
      prompts: versionsOf(prompts, experiment),
      engineVersion: host.engineVersion,
    };
    return orUndo(
      () => RunStorage.open(folder, host, { initial: record }),
      () => folder.release(),
    );
  }

  static async open(folder: RunFolder, host: RunHost, { initial, given, logs }: Opening): Promise<RunStorage> {
    const { record: changed, progress, log: tell, row: heard } = host.listener;
    const onWarning = (warning: Error): void => tell?.("warn", warning.message);
    const { assertOwned } = folder;
    const document = await openRunRecord({ file: folder.file("record"), onWarning, assertOwned }, initial);
    const pool = await openReflections({ file: folder.file("reflections"), onWarning, assertOwned });
    const checkpoints = new CheckpointStore(folder.path, onWarning, assertOwned);
    const record = new RecordKeeper({ document, now: host.now, changed, progress });
    const { uid = given ?? randomUUID(), experiment } = record.current;
    const owner = { uid, document: documentHash(experiment) };
    // Last: it would stay open where something after it fails.
    const log = await RunLog.open(folder, (kind, row) => heard?.(folder.id, kind, row), logs);
    record.update({ uid });
    return new RunStorage(folder, record, log, pool, checkpoints, owner);
  }

  /** The pool reaches the disk soon, or with `close`. */
  keepPool(reflections: readonly Reflection[]): void {
    this.pool.update(() => ({ schemaVersion: 2, reflections: [...reflections] }));
  }

  /** Marks a state of the trainer as this run's, with the rows up to where the logs end. */
  mark({ json, arrays }: Checkpoint, logs: LogEnds = this.log.ends): Checkpoint {
    return { json, arrays, origin: { ...this.owner, logs } };
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    await this.log.sync();
    // A run whose last record is written is not opened again: its pool must have got there before.
    await this.pool.flush();
    // The checkpoint names prompts by hash; the record holds their texts.
    await this.record.flush();
    await this.checkpoints.save(checkpoint);
  }

  /**
   * Closes every part, whatever becomes of the others: a disk that fails must not leave the folder locked.
   * @param failed hears why a part could not be written
   */
  async close(failed: (error: unknown) => void): Promise<void> {
    for (const part of [() => this.log.close(), () => this.pool.flush(), () => this.record.flush()]) {
      await part().catch(failed);
    }
    // What `failed` made of it.
    await this.record.flush().catch(() => undefined);
    await this.folder.release();
  }
}

/** The prompts that models will read. They stand in the record from its first moment on: a run may be killed in the next. */
const versionsOf = (prompts: PromptTexts, experiment: Experiment): RunRecord["prompts"] =>
  promptRoles.flatMap((role) => {
    const prompt = prompts[role];
    return prompt && asksModel(experiment[role]) ? [{ role, hash: promptHash(prompt.text), ...prompt, since: 0 }] : [];
  });
