/** Calibrates a trained user model and measures it on the held-out rows (docs/method.md, section 3). */

import { fitPlatt, reliabilityOf } from "./calibration.ts";
import { holdOut, type LoggedSequence } from "./holdOut.ts";
import { answersTo, viewsOf } from "./judging.ts";
import { type TrainedNetwork, TrainedResponseModel } from "./model.ts";
import { personalisationOf } from "./personalisation.ts";
import type { MeasuredReport } from "./report.ts";
import { SHARDS, type TrainedConfig } from "./training.ts";
import { UserModelShard } from "./userModelShard.ts";

/** @throws the signal's reason when it is aborted */
export async function measureUserModel(
  trained: TrainedNetwork,
  { maxSequence, seed, exposure, split, minRows }: TrainedConfig,
  signal: AbortSignal,
): Promise<MeasuredReport> {
  const { parts } = trained;
  const { dataset } = parts;
  const { atRandom } = dataset.log;
  const uniform = exposure === "inverse-propensity";
  const rowWeights = uniform ? (atRandom ?? parts.rowWeights) : undefined;
  const { validation, test } = holdOut(dataset, maxSequence, split, minRows);
  const shards = Array.from({ length: SHARDS }, (_, i) => new UserModelShard(parts, i));
  const answers = (rows: readonly LoggedSequence[]) =>
    answersTo(viewsOf(parts, rows, maxSequence), parts, shards, signal, rowWeights);
  try {
    const calibrations = (await answers(validation)).map(fitPlatt);
    const reliabilities = (await answers(test)).map((own, f) => {
      const calibration = calibrations[f];
      return calibration && reliabilityOf(own, calibration);
    });
    const model = new TrainedResponseModel(trained, 1, { dropout: 0, seed, calibrations });
    const personalisation = personalisationOf(model, dataset, seed) ?? null;
    model.dispose();
    const named = calibrations.map((calibration, f) => {
      return [dataset.feedbackTypes[f], { ...calibration, reliability: reliabilities[f] ?? null }] as const;
    });
    return {
      exposure: uniform ? (atRandom ? "random" : "weighted") : "logged",
      calibration: Object.fromEntries(named),
      personalisation,
    };
  } finally {
    for (const shard of shards) shard.dispose();
  }
}
