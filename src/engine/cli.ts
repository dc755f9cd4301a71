/** The engine without an editor: `lerl`. */
import { Command, CommanderError } from "commander";
import { cleanCommand } from "./commands/clean.ts";
import { compareCommand } from "./commands/compare.ts";
import { dataCommand } from "./commands/data.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { reportFailure } from "./commands/exit.ts";
import { watchSurroundings } from "./commands/interruption.ts";
import { momentsCommand } from "./commands/moments.ts";
import { promptsCommand } from "./commands/prompts.ts";
import { reflectionsCommand } from "./commands/reflections.ts";
import { reportCommand } from "./commands/report.ts";
import { resumeCommand, runCommand } from "./commands/run.ts";
import { suiteCommand } from "./commands/suite.ts";
import { say, sayAside } from "./commands/terminal.ts";
import { trialCommand } from "./commands/trial.ts";
import { userModelCommand } from "./commands/userModel.ts";
import { exitCodes } from "./exitCodes.ts";
import { engineVersion } from "./version.ts";

async function main(): Promise<number> {
  watchSurroundings();
  const program = new Command("lerl")
    .description(
      "Trains LERL recommenders without an editor: a planner chooses content categories, a PPO policy picks the items,\na simulated user gets bored and leaves, and a critic writes reflections that guide the next plans.",
    )
    .version(engineVersion, "-V, --version", "print the version")
    .enablePositionalOptions()
    .helpOption("-h, --help", "print help")
    .helpCommand(false)
    .showHelpAfterError("(run with --help for what is possible)")
    .addHelpText(
      "after",
      `
Examples:
  lerl run examples/quickstart/quickstart.lerl.json
  lerl run examples/kuairand/kuairand.lerl.json --set dataset.path=data/KuaiRand-Pure --seed 3
  lerl resume .lerl/runs/<id>
  lerl trial examples/quickstart/quickstart.lerl.json --plan least-recently-used
  lerl data describe examples/kuairand/kuairand.lerl.json
  lerl data convert examples/kuairand/kuairand.lerl.json --out kuairand-csv

Exit codes: ${exitCodes.done} done, ${exitCodes.failed} failed, ${exitCodes.badInput} bad input, ${exitCodes.standIn} the model was of no use,\n${exitCodes.conditionHolds} a --fail-if of a trial holds, ${exitCodes.undecided} it is undecided, ${exitCodes.interrupted} interrupted or out of model budget (a checkpoint is kept: lerl resume).`,
    );
  for (const command of [
    runCommand(),
    resumeCommand(),
    evaluateCommand(),
    suiteCommand(),
    trialCommand(),
    momentsCommand(),
    compareCommand(),
    reportCommand(),
    dataCommand(),
    userModelCommand(),
    promptsCommand(),
    reflectionsCommand(),
    doctorCommand(),
    cleanCommand(),
  ]) {
    program.addCommand(command);
  }
  prepare(program);
  try {
    await program.parseAsync();
    return typeof process.exitCode === "number" ? process.exitCode : exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
    return reportFailure(error);
  }
}

/** A command and those below it write as everything does here, and leave the exit to `main`. */
function prepare(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: say, writeErr: sayAside });
  for (const inner of command.commands) prepare(inner);
}

main().then((code) => {
  process.exitCode = code;
});
