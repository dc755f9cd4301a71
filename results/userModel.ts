/** The table of a user model: what `lerl user-model train` reports of the test rows. */
import { join } from "node:path";
import { number } from "../src/engine/commands/terminal.ts";
import type { UserModelReport } from "../src/engine/simulator/trained/report.ts";
import { lerl } from "./lerl.ts";
import { markdownTable } from "./markdown.ts";
import { type Made, type Measuring, type Setting, setsOf, setWords } from "./measuring.ts";
import { readExperiment } from "./runs.ts";
import type { UserModelTable } from "./tables.ts";

export async function userModelTable(table: UserModelTable, setting: Setting): Promise<Measuring> {
  const { root, data } = setting;
  const sets = setsOf(table, data);
  const words = ["user-model", "train", table.experiment];
  const make = async (): Promise<Made> => {
    // A model that is kept is trained again where its data, settings or format are others.
    const printed = await lerl([...words, ...setWords(sets), "--json"], setting, "read");
    const report = JSON.parse(printed) as UserModelReport;
    const { trainingRows, testRows, droppedUsers, keptEpoch, epochs } = report;
    const count = (n: number): string => n.toLocaleString("en");
    return {
      text: textOf(report),
      measured: `${count(trainingRows)} training rows, ${count(testRows)} test rows, ${count(droppedUsers)} users with too short a log; ${epochs.length} epochs, of which epoch ${keptEpoch} was kept`,
      at: new Date().toISOString(),
    };
  };
  return {
    commands: [[...words, ...setWords(setsOf(table, {}))]],
    definition: await readExperiment(join(root, table.experiment), sets),
    done: 0,
    runs: 1,
    allRuns: 1,
    places: [],
    make,
  };
}

function textOf({ auc, calibration }: UserModelReport): string {
  const byFeedback = Object.entries(auc).map(([type, area]) => {
    const { observed, raw, predicted, rawError, error } = calibration[type]?.reliability ?? {};
    return [type, ...[area ?? undefined, observed, raw, predicted, rawError, error].map((n) => number(n))];
  });
  const [[first, clicks] = ["", undefined]] = Object.entries(calibration);
  const deciles = clicks?.reliability?.deciles ?? [];
  const ofDeciles = (name: string, key: "observed" | "raw" | "predicted"): readonly string[] => [
    name,
    ...deciles.map((decile) => number(decile[key])),
  ];
  return [
    markdownTable(["feedback", "AUC", "observed", "raw", "calibrated", "ECE raw", "ECE calibrated"], byFeedback),
    "",
    `\`${first}\` by tenth of the test rows, the least probable first:`,
    "",
    markdownTable(
      ["tenth", ...deciles.map((_, i) => String(i + 1))],
      [ofDeciles("observed", "observed"), ofDeciles("raw", "raw"), ofDeciles("calibrated", "predicted")],
    ),
  ].join("\n");
}
