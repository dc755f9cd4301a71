import type { Dataset } from "../../data/dataset.ts";
import { trainingRows } from "../../data/heldOut.ts";

/** What the log says of each item: [items] clicks, and exposures whose click was recorded. */
export interface ItemClicks {
  readonly clicks: Float32Array;
  readonly shown: Float32Array;
}

/** Without the users who are held out. */
export function loggedItemClicks(dataset: Dataset): ItemClicks {
  const { items, log } = dataset;
  const isTraining = trainingRows(dataset);
  const clicks = new Float32Array(items);
  const shown = new Float32Array(items);
  for (let row = 0; row < log.items.length; row++) {
    if (!isTraining[row] || ((log.observed[row] as number) & 1) === 0) continue;
    const item = log.items[row] as number;
    clicks[item] = (clicks[item] as number) + ((log.feedback[row] as number) & 1);
    shown[item] = (shown[item] as number) + 1;
  }
  return { clicks, shown };
}

/** Click rate of the log; 1/2 when it records no click at all. */
export function overallClickRate({ clicks, shown }: ItemClicks): number {
  const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
  return (sum(clicks) + 1) / (sum(shown) + 2);
}
