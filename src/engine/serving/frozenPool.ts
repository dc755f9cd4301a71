/** The reflection pool as evaluations sample it. */
import type { Lessons } from "../critic/lessons.ts";
import { type PoolConfig, type PoolState, ReflectionPool } from "../critic/reflectionPool.ts";
import { RandomStream } from "../math/random.ts";
import type { ShownReflection } from "../planner/planner.ts";
import type { Session } from "../simulator/session.ts";

/**
 * Samples a copy by a stream of the visit and its step alone: whoever serves the same visit is shown the same, however
 * many plans others have made before.
 */
export function pairedPool(
  config: PoolConfig,
  state: PoolState,
  lessons: Lessons,
  seed: number,
): (session: Session) => readonly ShownReflection[] {
  return (session) =>
    lessons.draw(
      copied(config, state, new RandomStream(seed, "paired pool", session.number, session.steps.length)),
      session,
    );
}

/** Samples a copy that takes nothing in, by a stream of the evaluation's own: training does not notice. */
export function frozenPool(
  config: PoolConfig,
  state: PoolState,
  lessons: Lessons,
  evaluationSeed: number,
): (session: Session) => readonly ShownReflection[] {
  const copy = copied(config, state, new RandomStream(evaluationSeed, "evaluation pool"));
  return (session) => lessons.draw(copy, session);
}

/** Without what users are expected to give: nothing is taken in. */
function copied(config: PoolConfig, { reflections, nextId }: PoolState, random: RandomStream): ReflectionPool {
  const copy = new ReflectionPool(config, random);
  copy.restore({ reflections, nextId, random: random.state() });
  return copy;
}
