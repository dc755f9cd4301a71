/** The categories of synthetic items: KuaiRand-Pure's, as frequent as there. */
import type { RandomStream } from "../math/random.ts";
import { categoryName, kuaishouCategories } from "./categoryNames.ts";
import type { Category, Lists } from "./dataset.ts";
import { cumulate, draw } from "./sampling.ts";

/** Share of items with one category; with one or two. The others have three. */
const ONE_CATEGORY = 0.76;
const AT_MOST_TWO = 0.99;

/** The most frequent categories, the named ones first; in the order of their ids. */
export function syntheticCategories(count: number): readonly Category[] {
  return kuaishouCategories
    .filter((category) => category.kuairandVideos > 0)
    .sort((a, b) => Number(b.english !== "") - Number(a.english !== "") || b.kuairandVideos - a.kuairandVideos)
    .slice(0, count)
    .sort((a, b) => a.id - b.id)
    .map(({ id }) => ({ id, name: categoryName(id) }));
}

/** One to three different categories per item. */
export function syntheticItemCategories(items: number, categories: readonly Category[], random: RandomStream): Lists {
  const videos = new Map(kuaishouCategories.map((category) => [category.id, category.kuairandVideos]));
  const frequencies = cumulate(categories.map((category) => videos.get(category.id) ?? 0));
  const offsets = new Int32Array(items + 1);
  const values: number[] = [];
  for (let item = 0; item < items; item++) {
    const u = random.uniform();
    const wanted = Math.min(u < ONE_CATEGORY ? 1 : u < AT_MOST_TWO ? 2 : 3, categories.length);
    const start = values.length;
    while (values.length - start < wanted) {
      const category = draw(frequencies, random);
      if (values.indexOf(category, start) < 0) values.push(category);
    }
    offsets[item + 1] = values.length;
  }
  return { offsets, values: Int32Array.from(values) };
}
