/**
 * Training of the user response model (docs/method.md, section 3): on packed sequences, or row by row where feedback is
 * reshaped (section 10, `feedbackHistory`).
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ResponseModelConfig } from "../../../protocol/experiment/simulator.ts";
import { LerlError } from "../../errors.ts";
import { deriveKey, RandomStream } from "../../math/random.ts";
import type { Region } from "../../tensor/memory.ts";
import { Adam } from "../../tensor/optimizer.ts";
import type { Tape } from "../../tensor/tape.ts";
import { type HoldOut, holdOut, type LoggedSequence, negativeWeights, type Split } from "./holdOut.ts";
import { answersTo, aucOf, viewsOf } from "./judging.ts";
import type { TrainingReport } from "./report.ts";
import { predictedRows, type UserModelParts, UserModelShard } from "./userModelShard.ts";

export interface TrainedConfig extends Extract<ResponseModelConfig, { kind: "trained" }> {
  /** "last" by default. */
  readonly split?: Split;
}

/** Parts a batch is cut into. Fixed, and reduced in order, so that results do not depend on the number of threads. */
export const SHARDS = 4;
const DROPOUT = 0.1;
/** Users whose validation rows judge an epoch. */
const VALIDATION_USERS = 2000;
/** Tokens of the views that are computed at a time where a gradient step has more of them than memory holds. */
const PASS_TOKENS = 8192;

export interface UserModelProgress {
  /** 1-based. */
  readonly epoch: number;
  readonly epochs: number;
  /** Share of all epochs that is done, 0..1. */
  readonly fraction: number;
  /** Loss per predicted row, mean since the epoch began. */
  readonly loss: number;
}

export interface TrainingHooks {
  readonly onProgress?: (progress: UserModelProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Trains the parameters in `parts.store` in place and leaves those of the epoch with the best validation AUC.
 * @throws LerlError `user-model.too-little-data`, `user-model.not-finite`; the signal's reason when it is aborted
 */
export async function trainUserModel(
  parts: UserModelParts,
  config: TrainedConfig,
  { onProgress, signal }: TrainingHooks,
): Promise<TrainingReport> {
  const { dataset } = parts;
  const rows = holdOut(dataset, config.maxSequence, config.split, config.minRows);
  if (rows.training.length === 0) {
    throw new LerlError(
      "user-model.too-little-data",
      `No user of "${dataset.name}" has the ${config.minRows} logged interactions a user response model needs at least (simulator.responseModel.minRows). Use a data set with longer histories, lower that setting, or simulator.responseModel "latent" or "matrix" where the data allow it.`,
    );
  }
  const trainer = new UserModelTrainer(parts, config, rows);
  try {
    const { values } = parts.store;
    const epochs: TrainingReport["epochs"][number][] = [];
    let best = { epoch: 0, auc: Number.NEGATIVE_INFINITY, values };
    for (let epoch = 1; epoch <= config.epochs; epoch++) {
      const loss = await trainer.epoch(epoch, (fraction, mean) => {
        onProgress?.({ epoch, epochs: config.epochs, fraction: (epoch - 1 + fraction) / config.epochs, loss: mean });
        signal?.throwIfAborted();
      });
      const [validationAuc = null] = await trainer.judge(rows.validation.slice(0, VALIDATION_USERS), signal);
      epochs.push({ loss, validationAuc });
      // Where the validation rows hold one label only, every epoch counts as better than the one before.
      const judged = validationAuc ?? epoch;
      if (judged > best.auc) best = { epoch, auc: judged, values: values.slice() };
    }
    values.set(best.values);
    const auc = await trainer.judge(rows.test, signal);
    return {
      auc: Object.fromEntries(dataset.feedbackTypes.map((name, f) => [name, auc[f] ?? null])),
      epochs,
      keptEpoch: best.epoch,
      trainingRows: predictedRows(rows.training),
      testRows: predictedRows(rows.test),
      droppedUsers: rows.droppedUsers,
    };
  } finally {
    trainer.dispose();
  }
}

class UserModelTrainer {
  private readonly shards: readonly UserModelShard[];
  private readonly adam: Adam;
  private readonly scatterTapes: readonly Tape[];
  private readonly negativeWeight: Region;
  private passesDone = 0;

  constructor(
    private readonly parts: UserModelParts,
    private readonly config: TrainedConfig,
    private readonly rows: HoldOut,
  ) {
    const { engine, network, store, dataset, rowWeights } = parts;
    this.shards = Array.from({ length: SHARDS }, (_, i) => new UserModelShard(parts, i));
    const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: Number.POSITIVE_INFINITY };
    this.adam = new Adam(engine, store, options);
    this.scatterTapes = Array.from({ length: network.states.lookups }, () => engine.tape());
    this.negativeWeight = engine.memory.reserve(network.types * 4);
    const weights = negativeWeights(dataset, rows.training, rowWeights);
    engine.memory.floats(this.negativeWeight.address, network.types).set(weights);
  }

  /** One pass over the training sequences in a fresh order; returns the loss per row. */
  async epoch(epoch: number, report: (fraction: number, loss: number) => void): Promise<number> {
    const { batchSessions, learningRate, seed } = this.config;
    const order = [...this.rows.training];
    new RandomStream(seed, "user model order", epoch).shuffle(order);
    let loss = 0;
    let rows = 0;
    for (let first = 0; first < order.length; first += batchSessions) {
      const batch = order.slice(first, first + batchSessions);
      const scale = 1 / predictedRows(batch);
      const passes = this.passes(batch);
      for (const [i, pass] of passes.entries()) {
        loss += this.pass(pass, scale);
        rows += predictedRows(pass);
        if (!Number.isFinite(loss)) {
          throw new LerlError(
            "user-model.not-finite",
            "The user response model's loss is not a number any more: training has diverged. Lower simulator.responseModel.learningRate.",
          );
        }
        if (i < passes.length - 1) this.parts.engine.run(this.scatterTapes);
        else this.adam.step({ all: learningRate }, this.scatterTapes);
        report(Math.min(1, (first + (batch.length * (i + 1)) / passes.length) / order.length), loss / rows);
        // Lets the process answer requests in between.
        await nextTurn();
      }
    }
    return loss / rows;
  }

  /** AUC by feedback type over the observed responses of the sequences. */
  async judge(sequences: readonly LoggedSequence[], signal: AbortSignal | undefined): Promise<(number | null)[]> {
    return aucOf(await answersTo(this.views(sequences), this.parts, this.shards, signal));
  }

  dispose(): void {
    for (const shard of this.shards) shard.dispose();
    for (const tape of this.scatterTapes) tape.dispose();
    this.adam.dispose();
    this.negativeWeight.release();
  }

  private views(sequences: readonly LoggedSequence[]): readonly LoggedSequence[] {
    return viewsOf(this.parts, sequences, this.config.maxSequence);
  }

  /** The views of a gradient step, as many at a time as memory holds; packed sequences are all taken at once. */
  private passes(batch: readonly LoggedSequence[]): readonly (readonly LoggedSequence[])[] {
    if (!this.parts.reshaped) return [batch];
    const passes: LoggedSequence[][] = [];
    let room = 0;
    for (const view of this.views(batch)) {
      const tokens = view.end - view.start + 1;
      if (tokens > room) {
        passes.push([]);
        room = PASS_TOKENS;
      }
      passes.at(-1)?.push(view);
      room -= tokens;
    }
    return passes;
  }

  /**
   * Adds gradients of the dense parameters and records those of the tables on `scatterTapes`.
   * @param scale 1 / rows of the gradient step
   * @returns the loss, summed over rows and feedback types
   */
  private pass(views: readonly LoggedSequence[], scale: number): number {
    const { engine, network, store } = this.parts;
    const shares = shared(views);
    const busy = this.shards.filter((_, i) => (shares[i]?.length ?? 0) > 0);
    const loss = {
      negativeWeight: this.negativeWeight.address,
      scale,
      dropout: DROPOUT,
      key: deriveKey(this.config.seed, "user model dropout", this.passesDone++),
    };
    this.shards.forEach((shard, i) => {
      if (busy.includes(shard)) shard.record(shares[i] ?? [], loss);
    });
    engine.run(busy.map(({ tape }) => tape));
    network.states.scatter(
      this.scatterTapes,
      store.gradient,
      busy.map((shard) => shard.work),
    );
    return busy.reduce((sum, shard) => sum + shard.losses.reduce((a, b) => a + b, 0), 0);
  }
}

/** Long sequences first, each to the shard with the fewest rows so far. */
function shared(batch: readonly LoggedSequence[]): LoggedSequence[][] {
  const shares = Array.from({ length: SHARDS }, (): LoggedSequence[] => []);
  const load = new Array<number>(SHARDS).fill(0);
  const length = ({ start, end }: LoggedSequence) => end - start;
  for (const sequence of batch.toSorted((a, b) => length(b) - length(a))) {
    const shard = load.indexOf(Math.min(...load));
    shares[shard]?.push(sequence);
    load[shard] = (load[shard] as number) + length(sequence);
  }
  return shares;
}
