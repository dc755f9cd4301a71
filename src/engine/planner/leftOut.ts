/** Tells from the words around a list that it is one of what a plan leaves out: `Avoid: [3, 4]`, `[3, 4] was shown`. */

const LEFT_OUT_WORDS =
  "\\b(?:avoid|exclu|skip|leav(?:e|es|ing)\\b|left\\b|omit|ignor|without|remov|reject|ban(?:ned)?\\b|drop|not\\b|never|instead of|rather than|unlike|(?:the|all|given) (?:candidate|available)|out of|liked|enjoyed|watched|viewed|histor|saw\\b|clicked|(?:last|previous|recent|final) slate|(?:already|recently|previously|was|were|been) (?:shown|seen|recommended)|vermeid|ausschl|nicht\\b|evit|excl)|n['’]t\\b|исключ|избег|排除|避免|不要|不推荐|上一|已推荐";
/** Of the words before a list, the last that says so counts: `To avoid repetition I choose` announces a plan. */
const LEFT_OUT = new RegExp(LEFT_OUT_WORDS, "gi");
const CHOSEN = /\b(?:i|we|so|then|therefore|instead(?! of)|but)\b|所以|推荐/gi;
/** `Exclude`, `Categories to avoid`, `because the user clicked`: little more is said before it. */
const ONLY_LEFT_OUT = new RegExp(
  `^[^\\p{L}]*(?:(?:please|i|we|would|will|do|to|be|of|the|my|because|since|user|categor\\w+|ids?|list|these|what|should|things)\\s+)*(?:${LEFT_OUT_WORDS})(?!\\w*\\s+(?:repeat|further))\\S*(?:\\s+\\S+){0,3}$`,
  "iu",
);
/** `The plan without repetitions`, `I recommend these, which avoid the last slate` */
const DESCRIBED =
  /\b(?:plan|answer|selection|choice|suggestion|(?:choo?se|pick(?:ed)?|select(?:ed)?|recommend|suggest)(?: \w+){1,5})s? (?:that|which|without|not|avoiding|excluding|leaving|omitting) \w/i;
/** Said of a list behind it: `[3, 4] was left out`. */
const SAID_BEHIND =
  /^[^\p{L}\n]{0,3}(?:is|are|was|were|has|have|should|must|will) (?:been |be |to be )?(?:\w+ly |just |already )?(?:avoided|excluded|left out|omitted|skipped|ignored|rejected|removed|dropped|banned|shown|seen|recommended|clicked|watched|not (?:included|part|shown|chosen|recommended))/iu;

/** Characters that a clause may have. */
const MOST_BEFORE = 300;

/** What is said right before a list. */
export const lastClause = (words: string): string =>
  words
    .slice(-MOST_BEFORE)
    .trimEnd()
    .replace(/```\w*$/, "")
    .replace(/[\s:：`*_([（]+$/, "")
    .split(/[.,!?;:\n。，！？；：]/)
    .at(-1) ?? "";

/**
 * Whether the words before a list say that it is what a plan is not.
 * @param isPlan what they stand before has the form of a plan: only words that say nothing else count
 */
export function isLeftOut(clause: string, isPlan: boolean): boolean {
  if (isPlan && !ONLY_LEFT_OUT.test(clause)) return false;
  const last = (pattern: RegExp): number => [...clause.matchAll(pattern)].at(-1)?.index ?? -1;
  return last(LEFT_OUT) > last(CHOSEN) && !DESCRIBED.test(clause);
}

/** Whether the words behind a list say so. */
export const isLeftOutBehind = (words: string): boolean => SAID_BEHIND.test(words);
