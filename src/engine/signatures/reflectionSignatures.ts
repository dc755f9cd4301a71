/** A reflection pool that no longer says much: alike, at odds with itself, or hardly sampled. */
import type { Reflection } from "../../protocol/run.ts";
import { course, latest, percent, type Signature } from "./signature.ts";
import { alike, shinglesOf, stancesOf } from "./texts.ts";

/** Fewer reflections than this can be alike, or at odds, by chance. */
const ENOUGH = 10;
/** The newest reflections are compared in pairs: 200, the paper's pool, make 20,000. */
const EXAMINED = 200;
/** Two sentences of 15 words that differ in one word share 0.8 of their words and word pairs; in two, about 0.65. */
const ALIKE = 0.65;
/** Half of the pool repeats the other half. */
const DUPLICATES = 0.5;
/** Both sides of a contradiction must be held by a fifth of the pool: users differ, so single opposites are no surprise. */
const CONTESTED = 0.2;
/** Reflections shown, as multiples of what one plan shows (N_s), before their distribution means anything. */
const SHOWN = 20;
/** With so many times N_s to choose from, sampling could vary what planners read. */
const CHOICE = 6;
/** As if always the same two draws of N_s were shown. */
const EFFECTIVE = 2;

/** The newest reflections that a model wrote: sentences made from a template are alike by construction. */
function written(reflections: readonly Reflection[]): readonly Reflection[] {
  return reflections.filter((reflection) => reflection.source === "model" && !reflection.muted).slice(-EXAMINED);
}

export const nearDuplicates: Signature = {
  code: "reflections.near-duplicates",
  patience: 2,
  examine: ({ reflections }, _window) => {
    const pool = written(reflections);
    if (pool.length < ENOUGH) return undefined;
    const shingles = pool.map((reflection) => shinglesOf(reflection.text));
    const duplicates: [newer: number, older: number][] = [];
    for (const [newer, set] of shingles.entries()) {
      const older = shingles.findIndex((other, i) => i < newer && alike(set, other, ALIKE));
      if (older >= 0) duplicates.push([newer, older]);
    }
    const share = duplicates.length / pool.length;
    if (share < DUPLICATES) return undefined;
    const [newer = 0, older = 0] = duplicates.at(-1) ?? [];
    return {
      message: `${percent(share)} of the reflections nearly repeat an older one, so the planner reads the same advice again and again. Ask the critic for what is particular to the session, raise its temperature, or delete the copies.`,
      evidence: {
        share,
        threshold: DUPLICATES,
        example: [pool[older], pool[newer]].map(
          (reflection) => reflection && { id: reflection.id, text: reflection.text },
        ),
      },
    };
  },
};

export const contradictions: Signature = {
  code: "reflections.contradictory",
  patience: 3,
  examine: ({ reflections }, _window) => {
    const pool = written(reflections);
    if (pool.length < ENOUGH) return undefined;
    const sides = new Map<string, { for: Reflection[]; against: Reflection[] }>();
    for (const reflection of pool) {
      for (const [subject, stance] of stancesOf(reflection.text)) {
        const side = sides.get(subject) ?? { for: [], against: [] };
        side[stance === 1 ? "for" : "against"].push(reflection);
        sides.set(subject, side);
      }
    }
    const weaker = (side: { for: Reflection[]; against: Reflection[] }) =>
      Math.min(side.for.length, side.against.length);
    const [subject, side] = [...sides].sort((a, b) => weaker(b[1]) - weaker(a[1]))[0] ?? [];
    if (!subject || !side || weaker(side) < CONTESTED * pool.length) return undefined;
    return {
      message: `The reflections contradict each other about "${subject}": ${side.for.length} advise more of it, ${side.against.length} less. The planner cannot follow both: have the critic say for which users its advice holds, or mute one side.`,
      evidence: {
        subject,
        for: side.for.length,
        against: side.against.length,
        reflections: pool.length,
        threshold: CONTESTED,
        example: [side.for.at(-1), side.against.at(-1)].map((one) => one && { id: one.id, text: one.text }),
      },
    };
  },
};

export const samplingCollapse: Signature = {
  code: "reflections.sampling-collapse",
  patience: 3,
  examine: ({ experiment }, window) => {
    const { k, alpha, sampling, show } = experiment.reflections;
    // Counts are always the same line, and only the score is a matter of alpha.
    if (show === "counts" || sampling !== "score") return undefined;
    const effective = latest(window, "effectiveReflections");
    const shown = latest(window, "reflectionsShown") ?? 0;
    const eligible = latest(window, "reflectionsEligible") ?? 0;
    if (effective === undefined || shown < SHOWN * k || eligible < CHOICE * k) return undefined;
    if (effective > EFFECTIVE * k) return undefined;
    return {
      message: `Planners read almost the same reflections every time: as if ${effective.toFixed(1)} of ${eligible} were shown equally often. Lower reflections.alpha (now ${alpha}), or mute the ones that dominate.`,
      evidence: {
        effectiveReflections: course(window, "effectiveReflections"),
        eligible,
        threshold: EFFECTIVE * k,
      },
    };
  },
};
