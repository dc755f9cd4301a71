/** One iteration's measurements for the signatures: its metrics, and what its sessions say about plans and reflections. */
import type { EpisodeStep } from "../../protocol/run.ts";
import { maskReading } from "../data/categoryItems.ts";
import { exp, log } from "../math/elementary.ts";
import type { IterationObservation, Readings } from "./signature.ts";

export function takeReadings(observation: IterationObservation): Readings {
  const steps = observation.episodes.flatMap((episode) => episode.steps);
  return {
    ...observation.row.values,
    ...planReadings(observation, steps),
    ...standInReadings(observation, steps),
    ...samplingReadings(observation, steps),
  };
}

function standInReadings({ row, reflections }: IterationObservation, steps: readonly EpisodeStep[]): Readings {
  const plans = standInShare(steps.map(({ plan }) => plan.source));
  const written = reflections.filter(({ iteration }) => iteration === row.iteration);
  const lessons = standInShare(written.map(({ source }) => source));
  return {
    ...(plans !== undefined && { standInPlans: plans }),
    ...(lessons !== undefined && { standInReflections: lessons }),
  };
}

/** Of the answers that a model was asked for; undefined: of none. */
function standInShare(sources: readonly string[]): number | undefined {
  const model = sources.filter((source) => source === "model").length;
  const standIn = sources.filter((source) => source === "fallback").length;
  return model + standIn === 0 ? undefined : standIn / (model + standIn);
}

function planReadings({ experiment }: IterationObservation, steps: readonly EpisodeStep[]): Readings {
  const isPrimary = maskReading(experiment) === "primary";
  const planned = steps.filter((step) => step.plan.categories.length > 0 && step.itemCategories.length > 0);
  if (planned.length === 0) return {};
  let items = 0;
  let outside = 0;
  let use = 0;
  for (const { plan, itemCategories } of planned) {
    const allowed = new Set(plan.categories);
    const served = new Set<number>();
    for (const categories of itemCategories) {
      const counted = isPrimary ? categories.slice(0, 1) : categories;
      const inside = counted.find((category) => allowed.has(category));
      items += 1;
      if (inside === undefined) outside += 1;
      else served.add(inside);
    }
    use += served.size / Math.min(allowed.size, itemCategories.length);
  }
  return { outsidePlan: outside / Math.max(items, 1), planUse: use / planned.length };
}

function samplingReadings({ reflections }: IterationObservation, steps: readonly EpisodeStep[]): Readings {
  // A pinned reflection is always shown, a muted one never (section 2): neither says anything about the sampling.
  const pinned = new Set(reflections.filter((reflection) => reflection.pinned).map((reflection) => reflection.id));
  const eligible = reflections.filter((reflection) => !reflection.pinned && !reflection.muted).length;
  const counts = new Map<string, number>();
  let shown = 0;
  for (const { plan } of steps) {
    if (plan.source === "reused") continue;
    for (const id of plan.reflections) {
      if (pinned.has(id)) continue;
      counts.set(id, (counts.get(id) ?? 0) + 1);
      shown += 1;
    }
  }
  if (shown === 0) return { reflectionsShown: 0, reflectionsEligible: eligible };
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / shown) * log(count / shown);
  return { reflectionsShown: shown, reflectionsEligible: eligible, effectiveReflections: exp(entropy) };
}
