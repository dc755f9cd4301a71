/** Reads what a command is given: an experiment file, its overrides, and the prompts beside it. */
import { dirname, resolve } from "node:path";
import type { PromptTexts } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { applyOverrides, type Override, parseOverride } from "../../protocol/overrides.ts";
import { formatProblems, parseExperiment } from "../../protocol/parseExperiment.ts";
import type { PromptRole } from "../../protocol/promptRole.ts";
import { InputError } from "../errors.ts";
import { readNamed, readRegular, utf8 } from "../regularFile.ts";
import { type FileAccess, filesOf, promptFiles } from "../serving/namedFiles.ts";
import { fileAccess } from "./fileAccess.ts";

export interface ExperimentFile {
  /** Absolute. */
  readonly path: string;
  readonly folder: string;
  readonly experiment: Experiment;
  readonly prompts: PromptTexts;
  /** Which files outside the current folder may be read. */
  readonly files: FileAccess;
}

export interface ReadOptions {
  /** `path=value` texts. */
  readonly set?: readonly string[];
  /** They come from a document: nobody typed them, and their paths start where its own do. */
  readonly setsAreData?: boolean | undefined;
  /** `--allow-outside` */
  readonly allowOutside?: boolean | undefined;
}

/** @throws InputError with file, line and path of everything that is wrong, or with what it names outside */
export async function readExperimentFile(
  file: string,
  { set = [], setsAreData = false, allowOutside }: ReadOptions = {},
): Promise<ExperimentFile> {
  const path = resolve(file);
  const overrides = set.map(readOverride);
  const text = await readNamed(file, "experiment.missing", "Give the path of a *.lerl.json file.");
  const written = parseExperiment(text);
  if (!written.ok && overrides.length === 0)
    throw new InputError("experiment.invalid", formatProblems(file, written.problems));
  const parsed = parseExperiment(applyOverrides(text, overrides));
  if (!parsed.ok) {
    const problems = parsed.problems.map((problem) => {
      const override = overrides.find(
        ({ path: set }) => `${problem.path}.`.startsWith(`${set}.`) || `${set}.`.startsWith(`${problem.path}.`),
      );
      return override ? `--set ${problem.path}: ${problem.message}` : formatProblems(file, [problem]);
    });
    throw new InputError("experiment.invalid", problems.join("\n"));
  }
  const folder = dirname(path);
  const typed = setsAreData ? [] : overrides.map((override) => override.path);
  const experiment = resolveTypedPaths(parsed.value, typed);
  const files = fileAccess({ beside: [path], typed, allowOutside });
  // Its prompts are read here, whoever answers.
  await files([...(await filesOf(experiment, folder)), ...promptFiles(experiment, folder)]);
  return { path, folder, experiment, prompts: await readPrompts(experiment, folder), files };
}

/** Prompt files are read where a model will be asked; a missing one is reported by whoever needs it. */
async function readPrompts(experiment: Experiment, folder: string): Promise<PromptTexts> {
  const read = async (file: string) => {
    const bytes = await readRegular(resolve(folder, file)).catch((error: unknown) => {
      if (error instanceof InputError) throw error;
      return undefined;
    });
    return bytes && { file, text: utf8(bytes, "prompt.missing", file) };
  };
  const [planner, critic] = await Promise.all([read(experiment.planner.prompt), read(experiment.critic.prompt)]);
  return { ...(planner && { planner }), ...(critic && { critic }) };
}

/** @throws InputError */
export function readOverride(text: string): Override {
  const override = parseOverride(text);
  if (override) return override;
  throw new InputError("cli.set", `--set ${text}: expected path=value, for example --set simulator.quit.repeatCost=2.`);
}

/** A path typed on the command line starts at the current folder, one in the file at the file's. */
function resolveTypedPaths(experiment: Experiment, typed: readonly string[]): Experiment {
  const { dataset, planner, critic } = experiment;
  const recording = (role: PromptRole, from: string | undefined) =>
    from !== undefined && typed.includes(`${role}.replayFrom`) ? { replayFrom: resolve(from) } : {};
  return {
    ...experiment,
    dataset:
      "path" in dataset && typed.includes("dataset.path") ? { ...dataset, path: resolve(dataset.path) } : dataset,
    planner: { ...planner, ...recording("planner", planner.replayFrom) },
    critic: { ...critic, ...recording("critic", critic.replayFrom) },
  };
}
