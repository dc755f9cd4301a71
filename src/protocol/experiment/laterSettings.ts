/**
 * What settings that came later are for records written before them: those runs go on as they were. A record holds its
 * whole experiment with every default, so a setting that is missing there did not exist.
 */
export function asItWas(experiment: unknown): unknown {
  if (!isRecord(experiment)) return experiment;
  const models = isRecord(experiment.models) ? experiment.models : {};
  // Until then a model's stand-in planned however often its replies were of no use.
  return { ...experiment, models: { unusableShare: 1, ...models } };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
