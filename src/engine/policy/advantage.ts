/** Advantages and value targets of a rollout (docs/method.md, section 6). */

/**
 * GAE(lambda) over consecutive steps of one session; lambda 0 is the one-step TD advantage.
 *
 * @param rewards r_t, one per step
 * @param values V(s_t), one per step
 * @param bootstrap V of the true next observation after the last step; 0 when the user left there (terminated). A
 *   session that was cut, by a turn limit or by the rollout's end, goes on and is bootstrapped.
 * @param out receives A_t; the value target is A_t + V(s_t)
 */
export function generalisedAdvantages(
  rewards: Float64Array,
  values: Float64Array,
  bootstrap: number,
  gamma: number,
  lambda: number,
  out: Float64Array,
): void {
  let next = bootstrap;
  let carried = 0;
  for (let t = rewards.length - 1; t >= 0; t--) {
    const value = values[t] as number;
    carried = (rewards[t] as number) + gamma * next - value + gamma * lambda * carried;
    out[t] = carried;
    next = value;
  }
}

/** Mean and population variance, in index order. */
export function moments(values: Float64Array): { mean: number; variance: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = values.length === 0 ? 0 : sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  return { mean, variance: values.length === 0 ? 0 : squares / values.length };
}

/** Zero mean and unit variance in place; equal advantages all become 0. */
export function normalise(values: Float64Array): void {
  const { mean, variance } = moments(values);
  const scale = 1 / (Math.sqrt(variance) + 1e-8);
  for (let i = 0; i < values.length; i++) values[i] = ((values[i] as number) - mean) * scale;
}

/** 1 - Var(return - value) / Var(return); 0 where the returns do not vary, since nothing is there to explain. */
export function explainedVariance(returns: Float64Array, values: Float64Array): number {
  const { variance } = moments(returns);
  if (variance < 1e-12) return 0;
  const residuals = returns.map((value, i) => value - (values[i] as number));
  return 1 - moments(residuals).variance / variance;
}
