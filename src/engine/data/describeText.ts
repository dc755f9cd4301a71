/** A data set's description as text for a terminal. */
import type { DatasetDescription, FeatureSize } from "./describe.ts";
import { brief, printable } from "./printable.ts";
import { whole } from "./readingText.ts";

const LINE_WIDTH = 100;
const BAR_WIDTH = 24;

export function renderDescription(description: DatasetDescription): string {
  const { historyLength: length, popularity, dropped } = description;
  return [
    description.name,
    "",
    ...aligned(
      [
        ["Users", whole(description.users)],
        ["Items", whole(description.items)],
        ["Categories", whole(description.categories.length)],
        ["Interactions", whole(description.interactions)],
        ...(description.rowsRead === null ? [] : [["Rows read", whole(description.rowsRead)]]),
        ...(description.rowsDrawn === null ? [] : [["Rows drawn", `${whole(description.rowsDrawn)}, without a click`]]),
        ["Density", percent(description.density, 3)],
        ...(description.matrixClickRate === null
          ? []
          : [["Click matrix", `${percent(description.matrixClickRate)} of the pairs clicked`]]),
        ["Ground truth", description.groundTruth ? "known, so there is an oracle" : "not known"],
        ["Fingerprint", description.fingerprint],
      ],
      ["left", "left"],
    ),
    "",
    "First rows as understood",
    ...firstRows(description),
    "",
    "Feedback",
    ...aligned([
      ["", "rate", "positives", "recorded"],
      ...description.feedback.map((f) => [f.type, rate(f.rate), whole(f.positives), whole(f.observed)]),
    ]),
    "",
    "Interactions per user",
    ...aligned([
      ["p10", "p25", "p50", "p75", "p90", "p99", "max", "mean"],
      [
        ...[length.p10, length.p25, length.p50, length.p75, length.p90, length.p99, length.max].map(whole),
        length.mean.toFixed(1),
      ],
    ]),
    "",
    "Popularity: share of the interactions of the most frequent items",
    ...aligned(
      popularity.top.map(({ share, items, interactions }) => [
        `top ${percent(share, 0)}`,
        itemCount(items),
        percent(interactions),
        bar(interactions),
      ]),
      ["left", "right", "right", "left"],
    ),
    `  Gini ${popularity.gini.toFixed(3)}`,
    "",
    "Categories per item",
    ...aligned(
      description.categoriesPerItem.map((row) => [String(row.categories), whole(row.items), percent(row.share)]),
    ),
    "",
    "Items per category",
    ...categoryRows(description),
    "",
    "User features (values)",
    ...features(description.userFeatures),
    "",
    "Item features (values)",
    ...features(description.itemFeatures),
    "",
    ...(dropped.length === 0
      ? ["Nothing was dropped"]
      : [
          "Dropped",
          ...aligned(
            dropped.map(({ reason, rows, example }) => [
              whole(rows),
              example === undefined ? reason : `${reason}; the first: "${printable(example)}"`,
            ]),
            ["right", "left"],
          ),
        ]),
    ...(description.notes.length === 0 ? [] : ["", "Notes", ...description.notes.map((note) => `  ${note}`)]),
  ].join("\n");
}

function firstRows({ firstRows: rows, feedback }: DatasetDescription): readonly string[] {
  const isTimed = rows.some(({ time }) => time !== null);
  const types = feedback.map(({ type }) => type);
  return aligned(
    [
      ["user", "item", "categories", ...types.map(brief), ...(isTimed ? ["time"] : [])],
      ...rows.map((row) => [
        brief(row.user),
        brief(row.item),
        brief(row.categories.join(", ")),
        ...types.map((type) => given(row.feedback[type])),
        ...(isTimed ? [brief(row.time ?? "not recorded")] : []),
      ]),
    ],
    Array.from({ length: 4 + types.length }, () => "left"),
  );
}

const given = (value: boolean | null | undefined): string =>
  typeof value === "boolean" ? (value ? "yes" : "no") : "not recorded";

/** Categories that are shown on a page; JSON has all. */
const SHOWN_CATEGORIES = 50;

function categoryRows({ categories }: DatasetDescription): readonly string[] {
  const most = largest(categories.map((category) => category.items));
  const shown = categories.slice(0, SHOWN_CATEGORIES);
  const next = categories[SHOWN_CATEGORIES];
  const rows = aligned(
    [
      ["", "items", "share", "interactions", "click rate", ""],
      ...shown.map((category) => [
        `${printable(category.name)} (${category.id})`,
        whole(category.items),
        percent(category.share),
        whole(category.interactions),
        rate(category.clickRate),
        bar(category.items / most),
      ]),
    ],
    ["left", "right", "right", "right", "right", "left"],
  );
  if (!next) return rows;
  return [...rows, `  and ${whole(categories.length - shown.length)} more, of ${itemCount(next.items)} at most`];
}

const itemCount = (items: number): string => `${whole(items)} ${items === 1 ? "item" : "items"}`;

const bar = (share: number): string => "█".repeat(Math.ceil(BAR_WIDTH * share));

/** Of any number of values; what a call takes as arguments is limited. */
const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

type Side = "left" | "right";

/** Columns of equal width, two spaces apart; where no side is given the first to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[], sides: readonly Side[] = ["left"]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => largest(rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return sides[column] === "left" ? cell.padEnd(width) : cell.padStart(width);
    });
    return `  ${cells.join("  ")}`.trimEnd();
  });
}

/** `name (number of values)`, wrapped. */
function features(sizes: readonly FeatureSize[]): readonly string[] {
  if (sizes.length === 0) return ["  none"];
  const lines: string[] = [];
  for (const { name, values } of sizes) {
    const entry = `${name} (${values})`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + entry.length + 2 <= LINE_WIDTH)
      lines[lines.length - 1] = `${last}, ${entry}`;
    else lines.push(`  ${entry}`);
  }
  return lines;
}

function percent(share: number, decimals = 1): string {
  return `${(100 * share).toFixed(decimals)} %`;
}

function rate(value: number | null): string {
  return value === null ? "not recorded" : value.toFixed(4);
}
