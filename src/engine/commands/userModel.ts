import { Command } from "commander";
import { InputError } from "../errors.ts";
import { trainUserModel } from "../training/userModel.ts";
import { exitCodes } from "./exit.ts";
import { readExperimentFile } from "./experimentFile.ts";
import { number, paint } from "./terminal.ts";

export function userModelCommand(): Command {
  const command = new Command("user-model").description("The simulated user's response model.").helpCommand(false);
  command.addCommand(
    new Command("train")
      .description(
        "Train the response model of an experiment and report its AUC on the hold-out. Kept and reused by runs.",
      )
      .argument("<experiment>", "experiment file, *.lerl.json")
      .option(
        "--set <path=value>",
        "override a setting",
        (value: string, before: readonly string[]) => [...before, value],
        [],
      )
      .option("--json", "print one JSON object")
      .action(async (file: string, { set, json }: { set: readonly string[]; json?: boolean }) => {
        const { experiment, folder } = await readExperimentFile(file, set);
        const abort = new AbortController();
        process.once("SIGINT", () => abort.abort(new InputError("cli.interrupted", "Interrupted; nothing was kept.")));
        const report = await trainUserModel(experiment, {
          baseFolder: folder,
          workspaceFolder: process.cwd(),
          signal: abort.signal,
          progress: (phase, fraction) => {
            if (process.stderr.isTTY)
              process.stderr.write(`\r\x1b[K${paint.quiet(`${phase} ${Math.round(fraction * 100)}%`)}`);
          },
          log: (message) => process.stderr.write(`${process.stderr.isTTY ? "\r\x1b[K" : ""}${paint.quiet(message)}\n`),
        }).catch((error: unknown) => {
          if (!abort.signal.aborted) throw error;
          process.exitCode = exitCodes.interrupted;
          return undefined;
        });
        if (!report) return;
        if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
        if (json) {
          process.stdout.write(`${JSON.stringify(report)}\n`);
          return;
        }
        for (const { feedbackType, validation, test } of report.auc) {
          process.stdout.write(
            `${feedbackType.padEnd(14)} AUC validation ${number(validation)}  test ${number(test)}\n`,
          );
        }
        process.stdout.write(`${report.reused ? "reused from" : "kept in"} ${report.folder}\n`);
      }),
  );
  return command;
}
