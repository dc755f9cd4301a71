/**
 * What settings that came later are for records written before them: those runs go on as they were. A record holds its
 * whole experiment with every default, so a setting that is missing there did not exist.
 */
export function asItWas(experiment: unknown): unknown {
  if (!isRecord(experiment)) return experiment;
  const models = isRecord(experiment.models) ? experiment.models : {};
  const evaluation = isRecord(experiment.evaluation) ? experiment.evaluation : {};
  const dataset = isRecord(experiment.dataset) ? experiment.dataset : {};
  const planner = isRecord(experiment.planner) ? experiment.planner : {};
  const fidelity = isRecord(experiment.fidelity) ? experiment.fidelity : {};
  return {
    ...experiment,
    // Until then synthetic clicks were easier to foresee than real ones.
    ...(dataset.kind === "synthetic" && { dataset: { signal: "strong", ...dataset } }),
    // Until then a planned category allowed every item that has it, whatever the quit rule compared.
    planner: { mask: "any", ...planner },
    // Until then the reference mode's user model read feedback as recorded.
    fidelity: { reshaped: "policy", ...fidelity },
    // Until then a model's stand-in planned however often its replies were of no use.
    models: { unusableShare: 1, ...models },
    // Until then evaluations asked the model for all of their visits, or for none.
    evaluation: { modelSessions: 0, ...evaluation },
  };
}

/**
 * An experiment without the settings that are as they were before they came: what its first version would have held.
 * Documents of before and after that mean the same have the same rest.
 */
export function withoutLaterSettings(experiment: unknown): unknown {
  return rest(experiment, []);

  function rest(value: unknown, path: readonly string[]): unknown {
    if (!isRecord(value)) return value;
    const kept = Object.entries(value).filter(([key, part]) => !isAsItWas(part, [...path, key]));
    return Object.fromEntries(kept.map(([key, part]) => [key, rest(part, [...path, key])]));
  }

  function isAsItWas(value: unknown, path: readonly string[]): boolean {
    const restored = path.reduce<unknown>(
      (part, key) => (isRecord(part) ? part[key] : undefined),
      asItWas(without(experiment, path)),
    );
    return restored !== undefined && JSON.stringify(restored) === JSON.stringify(value);
  }
}

function without(value: unknown, [key = "", ...below]: readonly string[]): unknown {
  if (!isRecord(value)) return value;
  const { [key]: part, ...others } = value;
  return below.length === 0 ? others : { ...others, [key]: without(part, below) };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
