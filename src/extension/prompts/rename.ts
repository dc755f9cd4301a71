/** Every place that names one of the prompt's own variables. */
import { l10n } from "vscode";
import { variablesIn } from "../../protocol/promptScope.ts";
import { contains, type Span } from "../../protocol/promptText.ts";
import { variablesOf } from "../../protocol/promptVariables.ts";
import { nameAt } from "./hover.ts";
import type { PromptStructure } from "./promptStructure.ts";

/** The variable at an offset: its key in the front matter, or a use of it. */
export function ownVariableAt(structure: PromptStructure, offset: number): (Span & { name: string }) | undefined {
  const declared = structure.frontMatter?.variables.find(({ key }) => contains(key, offset));
  if (declared) return { ...declared.key, name: declared.name };
  const used = nameAt(structure, offset);
  return used?.meaning.kind === "own" ? { begin: used.begin, end: used.end, name: used.meaning.name } : undefined;
}

/** Its key, and its uses where no loop or `assign` gives the name another meaning. */
export function occurrencesOf({ text, frontMatter, sections }: PromptStructure, name: string): readonly Span[] {
  const keys = (frontMatter?.variables ?? []).filter((variable) => variable.name === name).map(({ key }) => key);
  const uses = sections
    .flatMap(({ placeholders }) => variablesIn(text, placeholders))
    .filter((word) => word.text === name);
  return [...keys, ...uses.map(({ begin, end }) => ({ begin, end }))];
}

/** Why a variable cannot be called so; undefined: it can. */
export function nameProblem({ frontMatter }: PromptStructure, name: string): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    return l10n.t('"{0}" cannot be a variable\'s name: use letters, digits and _, not beginning with a digit.', name);
  }
  if (frontMatter?.role && variablesOf(frontMatter.role).has(name)) {
    return l10n.t('The run fills in "{0}" itself; choose another name.', name);
  }
  if (frontMatter?.variables.some((variable) => variable.name === name)) {
    return l10n.t('There is a variable "{0}" already.', name);
  }
  return undefined;
}
