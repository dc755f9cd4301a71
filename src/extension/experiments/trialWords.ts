/** The words of a trial's contenders: which of them can be taken over, and what they are. */
import { l10n } from "vscode";
import type { TrialSummary } from "../../protocol/trial/summary.ts";
import { UserError } from "../platform/errors.ts";

/** Places of the contenders that were tried and have words; the first contender is what they were compared with. */
export const triedWords = ({ contenders }: TrialSummary): readonly number[] =>
  contenders.flatMap(({ prompt }, i) => (i > 0 && prompt ? [i] : []));

/** @throws UserError where the contender plans without words, or there is none at this place */
export function wordsOf({ name, contenders }: TrialSummary, contender: number): string {
  const found = contenders[contender];
  if (found?.prompt) return found.prompt.text;
  throw new UserError(
    found
      ? l10n.t('"{0}" plans without a prompt, so there are no words to use.', found.name)
      : l10n.t('"{0}" has no contender {1}.', name, contender + 1),
  );
}
