/** The reflection pool as evaluations sample it. */
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
  seed: number,
): (session: Session) => readonly ShownReflection[] {
  return ({ number, steps }) => {
    const random = new RandomStream(seed, "paired pool", number, steps.length);
    const copy = new ReflectionPool(config, random);
    copy.restore({ ...state, random: random.state() });
    return copy.sample();
  };
}

/** Samples a copy that takes nothing in, by a stream of the evaluation's own: training does not notice. */
export function frozenPool(
  config: PoolConfig,
  state: PoolState,
  evaluationSeed: number,
): () => readonly ShownReflection[] {
  const random = new RandomStream(evaluationSeed, "evaluation pool");
  const copy = new ReflectionPool(config, random);
  copy.restore({ ...state, random: random.state() });
  return () => copy.sample();
}
