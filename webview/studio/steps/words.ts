/** How a session ended and where a plan came from, in words. */
import type { Episode, EpisodeStep } from "../../../src/protocol/run.ts";

export const endings: Readonly<Record<Episode["ended"], string>> = {
  quit: "The user lost patience and left.",
  "turn-limit": "The session reached its most turns.",
};

export const planSources: Readonly<Record<EpisodeStep["plan"]["source"], string>> = {
  offline: "by the offline planner",
  model: "by the model",
  fallback: "by the stand-in: the model's reply could not be used",
  reused: "kept from an earlier step",
  none: "no plan: every item was allowed",
};
