import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { type MetricDefinition, metricCatalogue } from "../../../src/protocol/metrics.ts";

it("docs/metrics.md defines every metric as the catalogue does", async () => {
  const text = await readFile(resolve(import.meta.dirname, "../../../docs/metrics.md"), "utf8");
  const documented = text.split("\n").filter((line) => /^\| `\w+` \|/.test(line));
  const defined = Object.entries<MetricDefinition>(metricCatalogue).map(
    ([key, { label, unit, better, definition }]) =>
      `| \`${key}\` | ${label} | ${unit || "–"} | ${better ?? "–"} | ${definition} |`,
  );
  expect([...documented].sort()).toEqual([...defined].sort());
});
