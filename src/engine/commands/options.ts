/** Options that several commands have. */
import { InvalidArgumentError } from "commander";

/** A whole number >= 1. */
export const countOption = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError(`"${text}" is no whole number >= 1.`);
  return value;
};

/** A whole number >= 0. */
export const wholeNumberOption = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError(`"${text}" is no whole number >= 0.`);
  return value;
};

/** The same up to a most, as the document of what is asked has it. */
export const atMost =
  (most: number, option: (text: string) => number) =>
  (text: string): number => {
    const value = option(text);
    if (value > most) throw new InvalidArgumentError(`"${text}" is more than ${most}.`);
    return value;
  };

/** Of commands that go on with a folder; the option's name and its help. */
export const takeOverOption = [
  "--take-over",
  "go on also where a process that cannot be judged from here has the folder (another machine, another container), once its lock has not been renewed for 20 s",
] as const;

/** Of every command that reads what a document names. */
export const allowOutsideOption = [
  "--allow-outside",
  "read files outside the current folder and the given file's, where a document names them; remembered for the folder",
] as const;

/** Gathers an option that may be given again. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
