/**
 * Failure signatures: recognises, while a run goes on, the ways in which LERL is known to go wrong, and says so on the
 * timeline once per episode of trouble.
 */
import * as z from "zod";
import type { TimelineEvent } from "../../protocol/run.ts";
import { sameAnswer, standIn } from "./modelSignatures.ts";
import { emptyPlans, ignoredPlans, repetition, thinPlans } from "./planSignatures.ts";
import { clipping, divergence, entropyCollapse, gradientExplosion } from "./ppoSignatures.ts";
import { takeReadings } from "./readings.ts";
import { contradictions, nearDuplicates, samplingCollapse } from "./reflectionSignatures.ts";
import { type IterationObservation, type Readings, type Signature, WINDOW } from "./signature.ts";

export type { IterationObservation } from "./signature.ts";
export type WarningEvent = Extract<TimelineEvent, { type: "warning" }>;

/** In the order in which their warnings appear. */
export const failureSignatures: readonly Signature[] = [
  emptyPlans,
  thinPlans,
  standIn,
  sameAnswer,
  nearDuplicates,
  contradictions,
  samplingCollapse,
  repetition,
  ignoredPlans,
  divergence,
  clipping,
  entropyCollapse,
  gradientExplosion,
];

/** Iterations without a sign of trouble that end an episode of it; what returns later is reported again. */
const RECOVERY = 5;

/** How far an episode of trouble has come. */
interface Alarm {
  /** Iterations in a row that showed the failure. */
  readonly troubled: number;
  /** Iterations in a row that did not. */
  readonly calm: number;
  readonly reported: boolean;
}

const quiet: Alarm = { troubled: 0, calm: 0, reported: false };

const readingsSchema = z.record(z.string(), z.number());
/** What a checkpoint keeps of a watch. */
export const watchStateSchema = z.strictObject({
  readings: z.array(readingsSchema),
  first: readingsSchema,
  alarms: z.record(z.string(), z.strictObject({ troubled: z.int(), calm: z.int(), reported: z.boolean() })),
});

/** Watches one run, an iteration at a time. */
export class FailureWatch {
  private readings: readonly Readings[] = [];
  private first: Readings = {};
  private alarms: Readonly<Record<string, Alarm>> = {};

  /** Takes in one finished iteration; the warnings that are due. */
  observe(observation: IterationObservation): readonly WarningEvent[] {
    const now = takeReadings(observation);
    this.readings = [...this.readings, now].slice(-WINDOW);
    this.first = { ...now, ...this.first };
    const window = { readings: this.readings, first: this.first };
    const { iteration, userSteps } = observation.row;
    const warnings: WarningEvent[] = [];
    const alarms: Record<string, Alarm> = {};
    for (const signature of failureSignatures) {
      const { code, patience } = signature;
      const before = this.alarms[code] ?? quiet;
      const finding = signature.examine(observation, window);
      const troubled = finding ? before.troubled + 1 : 0;
      const calm = finding ? 0 : before.calm + 1;
      const due = finding !== undefined && !before.reported && troubled >= patience;
      alarms[code] = { troubled, calm, reported: due || (before.reported && calm < RECOVERY) };
      if (due) warnings.push({ iteration, userSteps, type: "warning", code, ...finding });
    }
    this.alarms = alarms;
    return warnings;
  }

  /** What a checkpoint must keep (plain JSON), so that a resumed run warns as an uninterrupted one. */
  state(): unknown {
    return { readings: this.readings, first: this.first, alarms: this.alarms };
  }

  restore(state: unknown): void {
    const { readings, first, alarms } = watchStateSchema.parse(state);
    this.readings = readings;
    this.first = first;
    this.alarms = alarms;
  }
}
