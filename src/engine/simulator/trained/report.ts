/** What the held-out rows say of a trained user model; kept beside its weights in model.json. */
import * as z from "zod";
import { calibrationSchema, reliabilitySchema } from "./calibration.ts";
import { personalisationSchema } from "./personalisation.ts";

export const trainingReportSchema = z.strictObject({
  /** AUC on the test rows by feedback type; null where only one label occurs. */
  auc: z.record(z.string(), z.number().nullable()),
  /** By epoch: training loss per row, and validation AUC of the click. */
  epochs: z.array(z.strictObject({ loss: z.number(), validationAuc: z.number().nullable() })),
  /** The epoch whose parameters were kept, 1-based: the best on the validation rows. */
  keptEpoch: z.int(),
  trainingRows: z.int(),
  testRows: z.int(),
  droppedUsers: z.int(),
});
export type TrainingReport = z.output<typeof trainingReportSchema>;

export const measuredReportSchema = z.strictObject({
  /**
   * What calibration and reliability stand for: the log as it was shown; every item alike, by inverse propensity; or the rows
   * that were shown at random, alone.
   */
  exposure: z.enum(["logged", "weighted", "random"]),
  /** By feedback type: fitted on the validation rows; how far it holds on the test rows, null where nothing is recorded there. */
  calibration: z.record(z.string(), calibrationSchema.extend({ reliability: reliabilitySchema.nullable() })),
  /** Null without two users. */
  personalisation: personalisationSchema.nullable(),
});
export type MeasuredReport = z.output<typeof measuredReportSchema>;

export type UserModelReport = TrainingReport & MeasuredReport;
