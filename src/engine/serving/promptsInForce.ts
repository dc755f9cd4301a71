/** The prompts of a run: read when it begins, checked and replaced while it goes on. */
import type { PromptText, PromptTexts } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { PromptRole } from "../../protocol/promptRole.ts";
import { InputError } from "../errors.ts";
import { type Prompt, parsePrompt } from "../prompts/prompt.ts";

/** Hash of each role's prompt; none for a role that no model plays. */
export type PromptHashes = { readonly [role in PromptRole]?: string };
export type PromptInForce = Pick<Prompt, "file" | "text" | "hash">;

export interface PromptsInForceOptions {
  readonly experiment: Experiment;
  readonly texts: PromptTexts;
  /** Hears of each prompt from the iteration on that uses it; 0: from the start. */
  readonly inForce: (role: PromptRole, prompt: PromptInForce, since: number) => void;
}

export class PromptsInForce {
  private readonly current = new Map<PromptRole, Prompt>();

  constructor(private readonly options: PromptsInForceOptions) {}

  /** The prompt a role begins with. @throws InputError where it is missing or cannot be used */
  begin(role: PromptRole): Prompt {
    const { texts, experiment, inForce } = this.options;
    const given = texts[role];
    if (!given) throw missingPrompt(role, experiment[role].prompt);
    const prompt = promptFor(role, given);
    this.current.set(role, prompt);
    inForce(role, prompt, 0);
    return prompt;
  }

  /** @throws InputError where a text cannot be the role's prompt */
  check(role: PromptRole, text: string): Prompt {
    const file = this.options.texts[role]?.file ?? this.options.experiment[role].prompt;
    return promptFor(role, { file, text });
  }

  /** Puts a new text in force. @throws InputError where it cannot be used; then nothing has changed */
  change(role: PromptRole, text: string, since: number): { readonly prompt: Prompt; readonly from: string } {
    const prompt = this.check(role, text);
    const from = this.current.get(role)?.hash ?? "";
    this.current.set(role, prompt);
    this.options.inForce(role, prompt, since);
    return { prompt, from };
  }

  hashes(): PromptHashes {
    return Object.fromEntries([...this.current].map(([role, { hash }]) => [role, hash]));
  }
}

/** @throws InputError where a text cannot be the role's prompt */
export function promptFor(role: PromptRole, { file, text }: PromptText): Prompt {
  const prompt = parsePrompt(file, text);
  if (prompt.role === role) return prompt;
  throw new InputError(
    "prompt.wrong-role",
    `${file}: a prompt of role "${prompt.role}" cannot be the ${role}'s. Correct "role" in its first lines, or name another file.`,
  );
}

function missingPrompt(role: PromptRole, file: string): InputError {
  return new InputError(
    "prompt.missing",
    `${role}.prompt: the file ${file} was not found beside the experiment. Create it, or name another one.`,
  );
}
