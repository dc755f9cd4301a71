/** What a user model says of logged rows: its logits beside the recorded responses. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { areaUnderCurve } from "./auc.ts";
import type { Answers } from "./calibration.ts";
import { type LoggedSequence, rowByRow } from "./holdOut.ts";
import type { UserModelParts, UserModelShard } from "./userModelShard.ts";

/** Sequences one shard judges at a time: few enough to stay in the processor's cache. */
const JUDGED = 8;

/** What the encoder reads of the sequences: each in one causal pass, or every predicted row in one of its own. */
export function viewsOf(
  { dataset, reshaped }: UserModelParts,
  sequences: readonly LoggedSequence[],
  maxSequence: number,
): readonly LoggedSequence[] {
  return reshaped ? sequences.flatMap((sequence) => rowByRow(dataset, sequence, maxSequence)) : sequences;
}

/**
 * By feedback type, the logits and labels of the responses that were recorded in the views' predicted rows.
 * @param rowWeights [rows of the log] what a row counts for, 1 each where left out; those of 0 are left out
 * @throws the signal's reason when it is aborted
 */
export async function answersTo(
  views: readonly LoggedSequence[],
  { network, dataset, engine }: UserModelParts,
  shards: readonly UserModelShard[],
  signal: AbortSignal | undefined,
  rowWeights?: ArrayLike<number>,
): Promise<readonly Answers[]> {
  const { types } = network;
  const scores: number[][] = Array.from({ length: types }, () => []);
  const labels: number[][] = Array.from({ length: types }, () => []);
  const weights: number[][] = Array.from({ length: types }, () => []);
  for (let first = 0; first < views.length; first += JUDGED * shards.length) {
    signal?.throwIfAborted();
    const shares = shards.map((_, i) =>
      views.slice(first + i * JUDGED, Math.min(first + (i + 1) * JUDGED, views.length)),
    );
    const busy = shards.filter((_, i) => (shares[i]?.length ?? 0) > 0);
    shards.forEach((shard, i) => {
      if (busy.includes(shard)) shard.record(shares[i] ?? []);
    });
    engine.run(busy.map(({ tape }) => tape));
    busy.forEach((shard, i) => {
      const { logits } = shard;
      let row = 0;
      for (const { from, end } of shares[i] ?? []) {
        for (let event = from; event < end; event++, row++) {
          const weight = rowWeights?.[event] ?? 1;
          if (weight === 0) continue;
          for (let f = 0; f < types; f++) {
            if ((((dataset.log.observed[event] as number) >> f) & 1) === 0) continue;
            scores[f]?.push(logits[row * types + f] as number);
            weights[f]?.push(weight);
            labels[f]?.push(((dataset.log.feedback[event] as number) >> f) & 1);
          }
        }
      }
    });
    await nextTurn();
  }
  return scores.map((own, f) => ({
    logits: Float32Array.from(own),
    labels: Uint8Array.from(labels[f] ?? []),
    weights: Float64Array.from(weights[f] ?? []),
  }));
}

/** AUC by feedback type; null where only one label occurs. */
export const aucOf = (answers: readonly Answers[]): (number | null)[] =>
  answers.map(({ logits, labels }) => areaUnderCurve(logits, labels) ?? null);
