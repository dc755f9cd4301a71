/** Problems of a prompt's text at offsets, before they become the editor's diagnostics. */
import type { PromptProblemCode } from "../../protocol/promptSyntax.ts";

export type { PromptDiagnostic, PromptProblemCode } from "../../protocol/promptSyntax.ts";

export interface Problem {
  readonly severity: "error" | "warning";
  readonly code: PromptProblemCode;
  readonly message: string;
  readonly begin: number;
  readonly end: number;
}
