import type { Dataset } from "./dataset.ts";

/** A function of the data set alone, computed once for each and kept as long as the data set is: a preview asks at every keystroke. */
export function perDataset<T>(compute: (dataset: Dataset) => T): (dataset: Dataset) => T {
  const known = new WeakMap<Dataset, { readonly value: T }>();
  return (dataset) => {
    const before = known.get(dataset);
    if (before) return before.value;
    const value = compute(dataset);
    known.set(dataset, { value });
    return value;
  };
}
