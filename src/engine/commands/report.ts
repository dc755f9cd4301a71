import { dirname, relative } from "node:path";
import { Command } from "commander";
import { writeReport } from "../comparison/report/report.ts";
import { resultFolders } from "./resultFolders.ts";
import { say } from "./terminal.ts";

export function reportCommand(): Command {
  return new Command("report")
    .description("Write one HTML page that opens offline, with tables, curves and reflections, and a Markdown summary.")
    .argument("<run|suite...>", "run folders, suite folders or *.suite.json files")
    .option("--json", "print one JSON object with the paths")
    .action(async (targets: readonly string[], { json }: { json?: boolean }) => {
      const page = await writeReport(await resultFolders(targets));
      const summary = `${dirname(page)}/report.md`;
      if (json) say(`${JSON.stringify({ page, summary })}\n`);
      else say(`${relative(process.cwd(), page)}\n${relative(process.cwd(), summary)}\n`);
    });
}
