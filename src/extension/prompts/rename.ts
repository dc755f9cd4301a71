/** Every place that names one of the prompt's own variables. */
import { l10n } from "vscode";
import { variablesOf } from "../../protocol/promptVariables.ts";
import { inString, nameAt } from "./hover.ts";
import { contains, type PromptStructure, type Span } from "./promptText.ts";

/** The variable at an offset: its key in the front matter, or a use of it. */
export function ownVariableAt(structure: PromptStructure, offset: number): (Span & { name: string }) | undefined {
  const declared = structure.frontMatter?.variables.find(({ key }) => contains(key, offset));
  if (declared) return { ...declared.key, name: declared.name };
  const used = nameAt(structure, offset);
  return used?.meaning.kind === "own" ? { begin: used.begin, end: used.end, name: used.meaning.name } : undefined;
}

/** Its key, and its uses where no loop or `assign` gives the name another meaning. */
export function occurrencesOf(structure: PromptStructure, name: string): readonly Span[] {
  const { text, frontMatter, placeholders } = structure;
  const keys = (frontMatter?.variables ?? []).filter((variable) => variable.name === name).map(({ key }) => key);
  const uses = placeholders.flatMap((placeholder) => {
    const { inner } = placeholder;
    return [...text.slice(inner.begin, inner.end).matchAll(new RegExp(`(?<![\\w.])${name}(?!\\w)`, "g"))]
      .map((match) => inner.begin + match.index)
      .filter((begin) => !inString(text, placeholder, begin))
      .filter((begin) => nameAt(structure, begin)?.meaning.kind === "own")
      .map((begin) => ({ begin, end: begin + name.length }));
  });
  return [...keys, ...uses];
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
