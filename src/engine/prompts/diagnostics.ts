/** Everything that is wrong with a prompt's text, for the editor and for error messages. */
import type { Range } from "./textPositions.ts";

export type PromptProblemCode =
  | "prompt.front-matter"
  | "prompt.missing-section"
  | "prompt.duplicate-section"
  | "prompt.text-outside"
  | "prompt.empty-section"
  | "prompt.syntax"
  | "prompt.unknown-variable"
  | "prompt.unknown-filter"
  | "prompt.forbidden-tag"
  | "prompt.limit"
  | "prompt.unseen-categories";

/** A problem at offsets of the text. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly code: PromptProblemCode;
  readonly message: string;
  readonly begin: number;
  readonly end: number;
}

/** A problem as an editor shows it: lines and characters count from 0. */
export interface PromptDiagnostic {
  readonly severity: "error" | "warning";
  readonly code: PromptProblemCode;
  readonly message: string;
  readonly range: Range;
}
