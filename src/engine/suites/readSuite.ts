/** Reads a suite file and works out its runs: every variant with every seed. */
import { createHash } from "node:crypto";
import { dirname, resolve } from "node:path";
import { parse } from "jsonc-parser";
import { asksModel } from "../../protocol/asksModel.ts";
import { earlierVersions, settingsOfThen } from "../../protocol/experiment/laterSettings.ts";
import { type Experiment, experimentSchema } from "../../protocol/experiment.ts";
import { applyOverrides, type Override } from "../../protocol/overrides.ts";
import { type DocumentProblem, formatProblems, parseExperiment, problemAt } from "../../protocol/parseExperiment.ts";
import { promptRoles } from "../../protocol/promptRole.ts";
import { parseSuite, type Suite } from "../../protocol/suite.ts";
import { InputError } from "../errors.ts";
import { readNamed } from "../regularFile.ts";
import { type FileAccess, filesOf } from "../serving/namedFiles.ts";
import { FIRST_IDS, type PromptDigests, suiteRunId } from "./configuration.ts";

export interface SuiteRun {
  readonly id: string;
  readonly seed: number;
  /** Settings that make the base experiment this run's. */
  readonly set: readonly Override[];
  readonly experiment: Experiment;
}

export interface VariantRuns {
  readonly name: string;
  /** In the order of the suite's seeds. */
  readonly runs: readonly SuiteRun[];
}

export interface SuitePlan {
  readonly suite: Suite;
  /** Absolute path of the suite file, and of its base experiment. */
  readonly file: string;
  readonly experimentFile: string;
  readonly variants: readonly VariantRuns[];
  /** Settings that stand at what was so when the suite was begun, where that is not today's default. */
  readonly asBegun: readonly Override[];
}

/** The ids of the runs that a suite has already. */
export type BegunRuns = (suite: Pick<SuitePlan, "suite" | "file">) => Promise<ReadonlySet<string>>;

/** The document alone. @throws InputError with file, line and path of everything that is wrong */
export async function readSuiteFile(file: string): Promise<{ readonly suite: Suite; readonly text: string }> {
  const text = await readNamed(file, "suite.missing", "Give the path of a *.suite.json file.");
  const parsed = parseSuite(text);
  if (parsed.ok) return { suite: parsed.value, text };
  throw new InputError("suite.invalid", formatProblems(file, parsed.problems));
}

/**
 * A suite that was begun before some settings came goes on in the world of then, unless it names them.
 *
 * @param sets overrides for all variants, on top of what the file says
 * @param files which files outside the workspace may be read
 * @throws InputError with file, line and path of everything that is wrong, or with what it names outside
 */
export async function readSuite(
  file: string,
  sets: readonly Override[],
  files: FileAccess,
  begunRuns: BegunRuns = async () => new Set(),
): Promise<SuitePlan> {
  const { suite, text } = await readSuiteFile(file);
  const folder = dirname(resolve(file));
  const experimentFile = resolve(folder, suite.experiment);
  await files([{ setting: "experiment", path: experimentFile }]);
  const base = await readNamed(experimentFile, "suite.missing", `It is the "experiment" of ${file}.`);
  checkBase(base, experimentFile);
  const problems: DocumentProblem[] = [];
  const typed: string[] = [];
  const prepared: PreparedVariant[] = [];
  for (const [i, variant] of suite.variants.entries()) {
    const set = mergedOverrides(suite.set, variant.set, sets, folder);
    const merged = applyOverrides(base, set);
    const document = parseExperiment(merged);
    if (document.ok) {
      await files(await filesOf(document.value, dirname(experimentFile)));
      const prompts = await promptDigests(document.value, dirname(experimentFile));
      prepared.push({ name: variant.name, set, text: merged, prompts });
      continue;
    }
    for (const { path, message } of document.problems) {
      const place = placeOf(path, suite, i);
      if (place) problems.push(problemAt(text, place, message));
      else typed.push(`--set ${path}: ${message}`);
    }
  }
  if (problems.length + typed.length > 0) {
    const unique = [...new Map(problems.map((problem) => [problem.offset + problem.path, problem])).values()];
    throw new InputError("suite.invalid", [formatProblems(file, unique), ...new Set(typed)].filter(Boolean).join("\n"));
  }
  const place = { suite, file: resolve(file) };
  const begun = await begunRuns(place);
  const versions = [newest, ...earlierVersions.filter((version) => version >= FIRST_IDS)];
  const plans = (begun.size === 0 ? [newest] : versions).map((version) => planned(suite, prepared, version));
  const done = plans.map(
    ({ variants }) => variants.flatMap(({ runs }) => runs).filter(({ id }) => begun.has(id)).length,
  );
  // Of the worlds it may have been begun in the one that most of its runs are of; today's where none is.
  const plan = plans[done.indexOf(Math.max(...done))] as (typeof plans)[number];
  return { ...place, experimentFile, ...plan };
}

/** A part of a suite: its first seeds, for a quick look. The runs are the suite's own, so that the whole goes on with them. */
export function withFirstSeeds(plan: SuitePlan, count: number): SuitePlan {
  const { suite, variants } = plan;
  return {
    ...plan,
    suite: { ...suite, seeds: suite.seeds.slice(0, count) },
    variants: variants.map(({ name, runs }) => ({ name, runs: runs.slice(0, count) })),
  };
}

/** A variant that is in order: its settings, and the base experiment with them. */
interface PreparedVariant {
  readonly name: string;
  readonly set: readonly Override[];
  readonly text: string;
  readonly prompts: PromptDigests;
}

/** After it no setting came. */
const newest = Number.POSITIVE_INFINITY;

/** The runs of a suite as a version of run.json had them. */
function planned(
  suite: Suite,
  variants: readonly PreparedVariant[],
  version: number,
): Pick<SuitePlan, "variants" | "asBegun"> {
  const asBegun = new Map<string, Override>();
  const runs = variants.map(({ name, set, text, prompts }) => {
    const then = settingsOfThen(parse(text), version);
    for (const setting of then) asBegun.set(setting.path, setting);
    const experiment = experimentSchema.parse(parse(applyOverrides(text, then)));
    const all = [...set, ...then];
    return { name, runs: suite.seeds.map((seed) => runOf(experiment, seed, all, suite, name, prompts)) };
  });
  return { variants: runs, asBegun: [...asBegun.values()] };
}

function runOf(
  variant: Experiment,
  seed: number,
  set: readonly Override[],
  suite: Suite,
  name: string,
  prompts: PromptDigests,
): SuiteRun {
  const experiment = { ...variant, seed };
  const own: Override[] = [
    { path: "name", value: `${suite.name}: ${name}` },
    { path: "seed", value: seed },
  ];
  return { id: suiteRunId(experiment, suite.sessions, prompts), seed, set: [...set, ...own], experiment };
}

/** Settings whose paths start at the current folder where they are typed. */
const TYPED_PATHS = ["dataset.path", "planner.replayFrom", "critic.replayFrom"];

/** The variant's settings win over the suite's, and what was typed over both. Data paths start at the suite file. */
function mergedOverrides(
  shared: Suite["set"],
  own: Suite["set"],
  typed: readonly Override[],
  folder: string,
): readonly Override[] {
  const merged = new Map<string, unknown>(Object.entries(shared));
  for (const [path, value] of Object.entries(own)) merged.set(path, value);
  for (const [path, value] of merged) {
    if (path === "dataset.path" && typeof value === "string") merged.set(path, resolve(folder, value));
  }
  for (const { path, value } of typed) {
    merged.set(path, TYPED_PATHS.includes(path) && typeof value === "string" ? resolve(value) : value);
  }
  return [...merged].map(([path, value]) => ({ path, value }));
}

/** Where in the suite a problem of the merged experiment comes from; undefined: from the command line. */
function placeOf(path: string, suite: Suite, variant: number): readonly (string | number)[] | undefined {
  const within = (set: Suite["set"] | undefined) =>
    Object.keys(set ?? {}).find((key) => path === key || path.startsWith(`${key}.`) || key.startsWith(`${path}.`));
  const own = within(suite.variants[variant]?.set);
  if (own !== undefined) return ["variants", variant, "set", own];
  const shared = within(suite.set);
  return shared === undefined ? undefined : ["set", shared];
}

function checkBase(text: string, file: string): void {
  const parsed = parseExperiment(text);
  if (!parsed.ok) throw new InputError("experiment.invalid", formatProblems(file, parsed.problems));
}

/** Hashes of the prompts that a model will read. */
async function promptDigests(experiment: Experiment, folder: string): Promise<PromptDigests> {
  const roles = promptRoles.filter((role) => asksModel(experiment[role]));
  return Promise.all(
    roles.map(async (role) => {
      const text = await readNamed(
        resolve(folder, experiment[role].prompt),
        "suite.missing",
        `It is the prompt of the ${role}.`,
      );
      return createHash("sha256").update(text).digest("hex");
    }),
  );
}
