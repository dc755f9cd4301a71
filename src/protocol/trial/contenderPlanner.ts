/** What the planner of a contender is asked with: its own settings, in the place of the base's. */
import type { Experiment } from "../experiment.ts";
import { type WantedKey, wantedKeys } from "../wantedKeys.ts";
import type { TrialRecord } from "./record.ts";

/** @param own of the contender; null: not set, whatever the base has */
export function plannerOf(base: Experiment["planner"], own: Readonly<Record<string, unknown>>) {
  // A key is for the server that it was given with.
  const changed = { ...base, ...(own.baseUrl !== undefined && { apiKeyVariable: undefined }), ...own };
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== null));
}

/** The keys that the models of a trial are asked with. */
export function keysOfTrial({ contenders, experiment }: TrialRecord): readonly WantedKey[] {
  const asked = contenders.filter(({ plans }) => plans === "model");
  return wantedKeys(
    asked.map(({ planner }) => {
      const { provider, baseUrl, apiKeyVariable } = plannerOf(experiment.planner, planner);
      return {
        ...(provider === "openai" && { provider }),
        ...(typeof baseUrl === "string" && { baseUrl }),
        ...(typeof apiKeyVariable === "string" && { apiKeyVariable }),
      };
    }),
  );
}
