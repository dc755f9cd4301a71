/**
 * What settings that came later are for records written before them: those runs go on as they were. A record holds its
 * whole experiment with every default, so a setting that is missing there did not exist.
 */
export function asItWas(experiment: unknown): unknown {
  if (!isRecord(experiment)) return experiment;
  const models = isRecord(experiment.models) ? experiment.models : {};
  const evaluation = isRecord(experiment.evaluation) ? experiment.evaluation : {};
  return {
    ...experiment,
    // Until then a model's stand-in planned however often its replies were of no use.
    models: { unusableShare: 1, ...models },
    // Until then evaluations asked the model for all of their visits, or for none.
    evaluation: { modelSessions: 0, ...evaluation },
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
