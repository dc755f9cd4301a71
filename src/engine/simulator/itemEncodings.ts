/** Item encodings for response models that learn none: unit rows, so that a dot product is a cosine. */
import type { ClickMatrix, Dataset } from "../data/dataset.ts";
import { RandomStream } from "../math/random.ts";
import { isSet } from "./bits.ts";
import { normaliseRows } from "./correlation.ts";
import type { ItemEncodings } from "./responseModel.ts";

/** Each item's categories as a unit vector: cosine 1 for equal categories, 0 for none in common. */
export function categoryRows(dataset: Dataset): ItemEncodings {
  const dim = dataset.categories.length;
  const values = new Float32Array(dataset.items * dim);
  const { offsets, values: categories } = dataset.itemCategories;
  for (let item = 0; item < dataset.items; item++) {
    for (let k = offsets[item] as number; k < (offsets[item + 1] as number); k++) {
      values[item * dim + (categories[k] as number)] = 1;
    }
  }
  normaliseRows(values, dim);
  return { dim, values };
}

/**
 * Who clicks what, as a unit vector per item: the columns of the click matrix, projected on `dim` random directions of
 * +1 and -1, which keeps the cosine of two items' audiences up to about 1 / sqrt(dim).
 */
export function audienceRows(dataset: Dataset, matrix: ClickMatrix, dim = 64): ItemEncodings {
  const values = new Float32Array(dataset.items * dim);
  const random = new RandomStream(0, "audience-projection");
  const signs = new Float32Array(dim);
  for (let user = 0; user < dataset.users; user++) {
    for (let d = 0; d < dim; d++) signs[d] = random.word() & 1 ? 1 : -1;
    for (let item = 0; item < dataset.items; item++) {
      if (!isSet(matrix.bits, user * dataset.items + item)) continue;
      for (let d = 0; d < dim; d++) {
        values[item * dim + d] = (values[item * dim + d] as number) + (signs[d] as number);
      }
    }
  }
  normaliseRows(values, dim);
  return { dim, values };
}

/** Two encodings of the same items in one: the cosine is the mean of both. */
export function sideBySide(first: ItemEncodings, second: ItemEncodings): ItemEncodings {
  const dim = first.dim + second.dim;
  const items = first.values.length / first.dim;
  const values = new Float32Array(items * dim);
  for (let item = 0; item < items; item++) {
    values.set(first.values.subarray(item * first.dim, (item + 1) * first.dim), item * dim);
    values.set(second.values.subarray(item * second.dim, (item + 1) * second.dim), item * dim + first.dim);
  }
  normaliseRows(values, dim);
  return { dim, values };
}
