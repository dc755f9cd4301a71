/** npm run bench:model: what a language model makes of the shipped prompts, and what its server takes, as Markdown. */
import { cp, mkdtemp, realpath, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { reportFailure } from "../../src/engine/commands/exit.ts";
import { exitCodes } from "../../src/engine/exitCodes.ts";
import { CountingProxy } from "./countingProxy.ts";
import { measurePace } from "./pace.ts";
import { countsTable, paceTable, planTable, verdictTable } from "./tables.ts";
import { type Bench, type Served, served, trained } from "./trials.ts";

interface Options {
  readonly baseUrl: string;
  readonly model: string;
  readonly keyVariable?: string;
  readonly visits: number;
  readonly trialVisits: number;
}

const BASELINE = { name: "round-robin", plan: "round-robin" };

/** The prompts that are asked, the shipped one first. */
const prompts = (server: object) => [
  { name: "the shipped prompt, by name", prompt: "planner.lerl.md", ...server },
  { name: "the shipped prompt, by id", prompt: "planner.lerl.md", answer: "ids", ...server },
  { name: "the paper's structure, by name", prompt: "planner-paper.lerl.md", ...server },
  { name: "the earlier prompt, by id", prompt: "planner-earlier.lerl.md", answer: "ids", ...server },
];

const withoutModel = [
  { name: "top-interest", plan: "top-interest" },
  { name: "least-recently-used", plan: "least-recently-used" },
];

async function main(words: readonly string[]): Promise<number> {
  const abort = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => abort.abort());
  try {
    await measure(process.cwd(), readOptions(words), abort.signal);
    return exitCodes.done;
  } catch (error) {
    if (abort.signal.aborted) {
      process.stderr.write("\ninterrupted; nothing is left behind\n");
      return exitCodes.interrupted;
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
    return reportFailure(error);
  }
}

async function measure(root: string, options: Options, signal: AbortSignal): Promise<void> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "lerl-bench-model-")));
  const proxy = new CountingProxy(new URL(options.baseUrl));
  try {
    const bench: Bench = { root, folder, signal };
    const baseUrl = await proxy.open();
    const key = options.keyVariable;
    const server = { provider: "openai", baseUrl, model: options.model, ...(key && { apiKeyVariable: key }) };
    await writePrompts(root, folder);
    console.log(
      `Model ${options.model}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.versions.node}`,
    );
    say("training the base without a model");
    await trained(bench);
    say(`${options.visits} visits by the shipped prompt`);
    const first = await served(bench, "shipped", options.visits, [BASELINE, ...prompts(server).slice(0, 1)], key);
    console.log(`\n${countsTable(first, proxy)}`);
    const firstQuestions = [...proxy.questions];
    if (options.trialVisits > 0) {
      // One prompt after the other, so that a server that keeps the beginning of a prompt has it. All serve the same visits.
      const trials: Served[] = [];
      for (const [i, contender] of prompts(server).entries()) {
        say(`${options.trialVisits} visits by ${contender.name}`);
        trials.push(await served(bench, `prompt-${i}`, options.trialVisits, [BASELINE, contender], key));
      }
      trials.push(await served(bench, "planners", options.trialVisits, [BASELINE, ...withoutModel], key));
      console.log(`\n${planTable(trials)}\n\n${verdictTable(trials)}`);
      say("the prompts against each other, by the answers that were kept");
      const prompted = await served(bench, "prompts", options.trialVisits, prompts(server), key);
      console.log(`\n${verdictTable([prompted])}`);
    }
    say("answers by how many are asked at once");
    const pace = await measurePace(baseUrl, firstQuestions, [1, 2, 4, 8], key && process.env[key], signal);
    console.log(`\n${paceTable(pace)}`);
  } finally {
    await proxy.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function writePrompts(root: string, folder: string): Promise<void> {
  const quickstart = join(root, "examples/quickstart");
  for (const name of ["planner.lerl.md", "planner-paper.lerl.md", "critic.lerl.md"]) {
    await cp(join(quickstart, name), join(folder, name));
  }
  await cp(join(root, "bench/model/planner-earlier.lerl.md"), join(folder, "planner-earlier.lerl.md"));
  await cp(join(quickstart, "quickstart.lerl.json"), join(folder, "base.lerl.json"));
}

function readOptions(words: readonly string[]): Options {
  const command = new Command("npm run bench:model --")
    .description(
      "Asks a language model for plans by every shipped prompt, and prints as Markdown: usable plans, what they are like, what they are worth beside planners without a model and beside each other, calls a second, and latency by how many are asked at once. Answers cost what the server charges: up to 20 calls a visit of the trials, 5 of the first, further questions, and 45 for the pace.",
    )
    .requiredOption(
      "--base-url <url>",
      "address of an OpenAI-compatible server, for example http://127.0.0.1:8080/v1",
      address,
    )
    .requiredOption("--model <name>", "as the server knows it")
    .option("--key-variable <name>", "environment variable that holds the key")
    .option("--visits <n>", "visits by the shipped prompt, timed", wholeNumber, 8)
    .option("--trial-visits <n>", "visits of the trial of all prompts; 0: none", wholeNumber, 20)
    .showHelpAfterError("(npm run bench:model -- --help tells what is possible)")
    .exitOverride();
  command.parse([...words], { from: "user" });
  return command.opts<Options>();
}

function address(text: string): string {
  if (!URL.canParse(text))
    throw new InvalidArgumentError("An address is needed, for example http://127.0.0.1:8080/v1.");
  return text;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 1000) {
    throw new InvalidArgumentError("A whole number from 0 to 1000 is needed.");
  }
  return value;
}

const say = (text: string): void => {
  process.stderr.write(`${text} …\n`);
};

process.exitCode = await main(process.argv.slice(2));
if (process.exitCode === exitCodes.interrupted) process.exit();
