/** The experiment that a request brings along as text. */
import type { Experiment } from "../../protocol/experiment.ts";
import { formatProblems, parseExperiment } from "../../protocol/parseExperiment.ts";
import { InputError } from "../errors.ts";

/** @throws InputError with every problem of the document */
export function experimentOf(text: string, file: string): Experiment {
  const parsed = parseExperiment(text);
  if (parsed.ok) return parsed.value;
  throw new InputError("experiment.invalid", formatProblems(file, parsed.problems));
}
