import { Command, Option } from "commander";
import { fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import { type PromptRole, promptRoles } from "../../protocol/promptRole.ts";
import { loadDataset } from "../data/loadDataset.ts";
import { InputError } from "../errors.ts";
import { renderPrompt } from "../runs/renderPrompt.ts";
import { cacheFolder, storageFolder } from "../store/storage.ts";
import { type ReadOptions, readExperimentFile } from "./experimentFile.ts";
import { allowOutsideOption } from "./options.ts";
import { paint, say, warn } from "./terminal.ts";

interface RenderOptions extends ReadOptions {
  readonly role: PromptRole;
  readonly user: string;
  readonly step: string;
  readonly json?: boolean;
}

export function promptsCommand(): Command {
  const command = new Command("prompts").description("Work with prompt files.").helpCommand(false);
  command.addCommand(
    new Command("render")
      .description("Print exactly what would be sent for a user at a step of a simulated session.")
      .argument("<experiment>", "experiment file, *.lerl.json")
      .addOption(new Option("--role <role>", "whose prompt").choices(promptRoles).default("planner"))
      .option("--user <n>", "user of the data set, by index", "0")
      .option("--step <n>", "steps already served in the session", "3")
      .option(
        "--set <path=value>",
        "override a setting",
        (value: string, before: readonly string[]) => [...before, value],
        [],
      )
      .option(...allowOutsideOption)
      .option("--json", "print one JSON object")
      .action(async (file: string, { role, user, step, json, ...read }: RenderOptions) => {
        const { experiment, folder, prompts } = await readExperimentFile(file, read);
        const prompt = prompts[role];
        if (!prompt)
          throw new InputError(
            "prompt.missing",
            `${role}.prompt: the file ${experiment[role].prompt} was not found beside ${file}.`,
          );
        const dataset = await loadDataset(experiment.dataset, {
          baseFolder: folder,
          cacheFolder: cacheFolder(storageFolder(process.cwd())),
          itemCategories: fidelityChoice(experiment.fidelity, "itemCategories"),
          onWarning: warn,
        });
        const rendered = renderPrompt({
          experiment,
          dataset,
          role,
          prompt,
          reflections: [],
          user: Number(user),
          step: Number(step),
        });
        if (json) {
          say(`${JSON.stringify(rendered)}\n`);
          return;
        }
        for (const message of rendered.messages) {
          say(`${paint.accent(`── ${message.role} ──`)}\n${message.content}\n\n`);
        }
        say(`${paint.quiet(`about ${rendered.tokensEstimate} tokens (characters / 4)`)}\n`);
      }),
  );
  return command;
}
