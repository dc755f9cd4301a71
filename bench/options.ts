/** What `npm run bench --` is told. */
import { Command, InvalidArgumentError } from "commander";

export interface Options {
  /** Rows to measure, or the first words of their names; empty: all. */
  readonly names: readonly string[];
  /** The commit to measure beside the working tree. */
  readonly against: string | undefined;
  readonly rounds: number;
  readonly list: boolean;
}

/** Two sides are compared in five rounds: fewer show a difference too often where there is none. */
const COMPARING = 5;

const writeError = (text: string): void => {
  process.stderr.write(text);
};

/** @throws CommanderError after saying what is wrong */
export function readOptions(words: readonly string[], write = writeError): Options {
  const command = new Command("npm run bench --")
    .description(
      "Measures the working tree, or two checkouts in turn: `--against <commit>` builds the other in a temporary folder and prints new / old with its spread.",
    )
    .argument("[names...]", "what to measure, all without: a row, or how the names of several begin (kuairand)")
    .option("--against <commit>", "commit, branch or tag to compare the working tree with")
    .option("--rounds <n>", `times each row is measured (default: ${COMPARING} against a commit, else 1)`, wholeNumber)
    .option("--list", "names the rows and ends")
    .configureOutput({ writeErr: write })
    .showHelpAfterError("(npm run bench -- --help tells what is possible)")
    .exitOverride();
  command.parse([...words], { from: "user" });
  const { against, rounds, list } = command.opts<{ against?: string; rounds?: number; list?: boolean }>();
  return {
    names: command.args,
    against,
    rounds: rounds ?? (against === undefined ? 1 : COMPARING),
    list: list === true,
  };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000) {
    throw new InvalidArgumentError("A whole number from 1 to 1000 is needed.");
  }
  return value;
}
