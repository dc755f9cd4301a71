/** All categories of an item as a feature of the user model (docs/method.md, section 3). */
import { categoriesOf, type Dataset } from "../../data/dataset.ts";

/** Most categories of an item that are read, its first ones. */
const MOST_TAGS = 8;
/** Fills the places of an item with fewer categories than others. */
const NONE = 0;

/**
 * The data with one more item feature, `categories`: a set with one value per category of the item, its primary one
 * included. The same data where no item has more than one, of which the primary category tells all.
 */
export function withItemTags(dataset: Dataset): Dataset {
  const { items, itemFeatures, categories } = dataset;
  const tags = Array.from({ length: items }, (_, item) => categoriesOf(dataset, item).subarray(0, MOST_TAGS));
  const width = tags.reduce((most, own) => Math.max(most, own.length), 0);
  if (width < 2) return dataset;
  const { names, sizes, values: before } = itemFeatures;
  const features = sizes.length;
  const values = new Int32Array(items * (features + width)).fill(NONE);
  tags.forEach((own, item) => {
    const from = item * (features + width);
    values.set(before.subarray(item * features, (item + 1) * features), from);
    values.set(
      own.map((category) => category + 1),
      from + features,
    );
  });
  return {
    ...dataset,
    itemFeatures: {
      names: [...names, "categories"],
      sizes: [...sizes, categories.length + 1],
      widths: [...sizes.map(() => 1), width],
      values,
    },
  };
}
