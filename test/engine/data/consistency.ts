import { expect } from "vitest";
import type { Dataset, FeatureTable } from "../../../src/engine/data/dataset.ts";

const within = (values: ArrayLike<number>, bound: number): boolean =>
  Array.from(values).every((value) => Number.isInteger(value) && value >= 0 && value < bound);

function expectOffsets(offsets: Int32Array, lists: number, values: number): void {
  expect(offsets).toHaveLength(lists + 1);
  expect(offsets[0]).toBe(0);
  expect(offsets[lists]).toBe(values);
  expect(offsets.every((offset, i) => i === 0 || offset >= (offsets[i - 1] ?? 0))).toBe(true);
}

function expectFeatures(table: FeatureTable, rows: number): void {
  expect(table.names).toHaveLength(table.sizes.length);
  expect(table.values).toHaveLength(rows * table.sizes.length);
  table.sizes.forEach((size, feature) => {
    const column = table.values.filter((_, i) => i % table.sizes.length === feature);
    expect(within(column, size), `feature ${table.names[feature]}`).toBe(true);
  });
}

/** What every data set owes its readers, whatever its source (the invariants of dataset.ts). */
export function expectConsistent(data: Dataset): void {
  expect(data.userIds).toHaveLength(data.users);
  expect(data.itemIds).toHaveLength(data.items);
  expect(new Set(data.userIds).size).toBe(data.users);
  expect(new Set(data.itemIds).size).toBe(data.items);
  expect(new Set(data.categories.map((category) => category.id)).size).toBe(data.categories.length);
  expectOffsets(data.itemCategories.offsets, data.items, data.itemCategories.values.length);
  expect(within(data.itemCategories.values, data.categories.length)).toBe(true);
  for (let item = 0; item < data.items; item++) {
    const list = data.itemCategories.values.subarray(
      data.itemCategories.offsets[item],
      data.itemCategories.offsets[item + 1],
    );
    expect(list.length).toBeGreaterThan(0);
    expect(new Set(list).size).toBe(list.length);
  }
  expectOffsets(data.log.offsets, data.users, data.log.items.length);
  expect(within(data.log.items, data.items)).toBe(true);
  expect(data.log.feedback).toHaveLength(data.log.items.length);
  expect(data.log.observed).toHaveLength(data.log.items.length);
  expect(within(data.log.feedback, 1 << data.feedbackTypes.length)).toBe(true);
  expect(within(data.log.observed, 1 << data.feedbackTypes.length)).toBe(true);
  expectFeatures(data.userFeatures, data.users);
  expectFeatures(data.itemFeatures, data.items);
  for (const { rows } of data.dropped) expect(rows).toBeGreaterThan(0);
}
