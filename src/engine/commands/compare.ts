import { Command, Option } from "commander";
import { compareRuns } from "../comparison/compare.ts";
import { formatComparison, type TableFormat, tableFormats } from "../comparison/tables.ts";
import { resultFolders } from "./resultFolders.ts";
import { say } from "./terminal.ts";

export function compareCommand(): Command {
  return new Command("compare")
    .description(
      "Compare runs or suites: interquartile means over seeds and differences over seeds and sessions, with 95% intervals; runs that differ in the seed only make one row.",
    )
    .argument("<run|suite...>", "run folders, suite folders or *.suite.json files")
    .addOption(new Option("--format <format>", "what to print").choices(tableFormats).default("text"))
    .option("--json", "the same as --format json")
    .action(async (targets: readonly string[], { format, json }: { format: TableFormat; json?: boolean }) => {
      const comparison = await compareRuns(await resultFolders(targets));
      say(formatComparison(comparison, json ? "json" : format));
    });
}
