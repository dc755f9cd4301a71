import { Command } from "commander";
import { describeDataset } from "../data/describe.ts";
import { renderDescription } from "../data/describeText.ts";
import { readingFindings } from "../data/readingText.ts";
import { convertCommand } from "./convert.ts";
import { loadNamed, namedData } from "./dataArgument.ts";
import type { ReadOptions } from "./experimentFile.ts";
import { allowOutsideOption, collect } from "./options.ts";
import { say, status, warn } from "./terminal.ts";

export function dataCommand(): Command {
  const command = new Command("data").description("Look at data sets, and write them as CSV.").helpCommand(false);
  command.addCommand(
    new Command("describe")
      .description(
        "The first rows as understood, counts, feedback rates, history lengths, popularity, items per category, and what was dropped and why.",
      )
      .argument("<experiment|folder>", "experiment file, or a folder with a data set's published files")
      .option("--set <path=value>", "override a setting of the experiment", collect, [])
      .option(...allowOutsideOption)
      .option("--json", "print one JSON object")
      .action(async (target: string, { json, ...read }: ReadOptions & { json?: boolean }) => {
        const dataset = await loadNamed(await namedData(target, read));
        status("");
        const description = describeDataset(dataset);
        for (const { message } of readingFindings(dataset)) warn(message);
        say(json ? `${JSON.stringify(description)}\n` : `${renderDescription(description)}\n`);
      }),
  );
  command.addCommand(convertCommand());
  return command;
}
