/** Options that several commands have. */
import { InvalidArgumentError } from "commander";

/** A whole number >= 1. */
export const countOption = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError(`"${text}" is no whole number >= 1.`);
  return value;
};

/** Gathers an option that may be given again. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
