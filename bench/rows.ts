/** Everything that can be measured, by name. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../src/engine/errors.ts";
import { dataFigures } from "./data.ts";
import { engineFigures, userModelFigures, warm } from "./engine.ts";
import type { Figure } from "./figure.ts";
import { largeDataFigures } from "./largeData.ts";
import type { Side } from "./side.ts";
import { measureKernels } from "./sideKernels.ts";
import { stepFigures } from "./step.ts";
import { studioFigures } from "./studio.ts";
import { trialFigures } from "./trial.ts";
import { KUAIRAND_PART, workloads } from "./workloads.ts";

export interface Row {
  readonly name: string;
  readonly title: string;
  /** Of one measurement on a quiet machine of two cores, about; for the time left. */
  readonly seconds: number;
  /** Whether another commit can be measured by the same code, and whether it is without being named. */
  readonly against: "always" | "named" | "never";
  /** Why it cannot be measured here. */
  readonly missing?: string;
  /** Once per side before it is measured. */
  readonly prepare?: (side: Side, signal: AbortSignal) => Promise<void>;
  readonly measure: (side: Side, signal: AbortSignal) => Promise<readonly Figure[]>;
}

/** @param root the checkout whose examples all sides run */
export function allRows(root: string): readonly Row[] {
  const missing = existsSync(join(root, KUAIRAND_PART)) ? {} : { missing: `there is no ${KUAIRAND_PART}` };
  const engine = workloads(root).map((workload): Row => {
    const { name, title, seconds, kuairand } = workload;
    return {
      ...{ name, title, seconds, against: "always" },
      measure: (side, signal) => engineFigures(root, side, workload, signal),
      ...(kuairand && { prepare: (side, signal) => warm(root, side, workload, signal), ...missing }),
    };
  });
  return [
    {
      name: "kernels",
      title: "update kernels beside gemm, 1 thread",
      ...{ seconds: 3, against: "always", measure: measureKernels },
    },
    ...engine,
    {
      name: "user-model",
      title: "the user model of the KuaiRand part",
      ...{ seconds: 60, against: "named", ...missing },
      measure: (side, signal) => userModelFigures(root, side, signal),
    },
    {
      name: "step",
      title: "an optimiser step beside TensorFlow.js",
      ...{ seconds: 20, against: "never", measure: stepFigures },
    },
    {
      name: "trial",
      title: "a trial beside a model of 100 ms, 16 at once",
      ...{ seconds: 10, against: "never" },
      measure: (side, signal) => trialFigures(root, side, signal),
    },
    {
      name: "data",
      title: "loading data sets",
      ...{ seconds: 5, against: "never", measure: () => dataFigures(root) },
    },
    {
      name: "large-data",
      title: "large logs from their files",
      ...{ seconds: 150, against: "never", measure: largeDataFigures },
    },
    {
      name: "studio",
      title: "the Studio page in Chromium",
      ...{ seconds: 100, against: "never", measure: studioFigures },
    },
  ];
}

/**
 * The rows that are named, in their own order. A name stands for the row, and for all whose names go on from it.
 * @throws InputError `bench.unknown-row`, `bench.not-compared`
 */
export function chosen(rows: readonly Row[], names: readonly string[], against: boolean): readonly Row[] {
  const meant = (name: string) => rows.filter((row) => row.name === name || row.name.startsWith(`${name}-`));
  for (const name of names) {
    const found = meant(name);
    if (found.length === 0) {
      const known = rows.map((row) => row.name).join(", ");
      throw new InputError("bench.unknown-row", `There is no row "${name}". Name one of: ${known}.`);
    }
    if (against && found.every((row) => row.against === "never")) {
      const message = `The row "${name}" measures this checkout only. Leave it out, or leave --against out.`;
      throw new InputError("bench.not-compared", message);
    }
  }
  const comparable = (row: Row, named: boolean) => row.against === "always" || (named && row.against === "named");
  const named = new Set(names.flatMap(meant));
  return rows.filter((row) => (names.length === 0 || named.has(row)) && (!against || comparable(row, named.has(row))));
}
