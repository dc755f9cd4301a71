/** Crude but predictable comparisons of short texts: how alike they are, and what they advise for and against. */

/** Words, lower case; in scripts without spaces every character is one. */
export function wordsOf(text: string): readonly string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}'’]+/gu) ?? []
  );
}

/** A text's words and pairs of neighbouring words. */
export function shinglesOf(text: string): ReadonlySet<string> {
  const words = wordsOf(text);
  const shingles = new Set(words);
  for (let i = 1; i < words.length; i++) shingles.add(`${words[i - 1]} ${words[i]}`);
  return shingles;
}

/**
 * Whether two texts share at least `threshold` of their shingles: |a and b| / |a or b| (Jaccard). Gives up on a pair as
 * soon as too many are missing, which for unlike texts is after a few.
 */
export function alike(a: ReadonlySet<string>, b: ReadonlySet<string>, threshold: number): boolean {
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  let missable = few.size - (threshold / (1 + threshold)) * (a.size + b.size);
  for (const shingle of few) {
    if (missable < 0) return false;
    if (!many.has(shingle)) missable -= 1;
  }
  return missable >= 0;
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "));

const against = words(
  "avoid reduce less fewer stop limit skip drop don't dont not never without minimize minimise decrease lower cut refrain omit exclude remove",
);
const inFavour = words(
  "more increase prefer prioritize prioritise focus keep boost recommend emphasize emphasise favor favour add include offer show use raise promote continue repeat maintain introduce mix",
);
const empty = words(
  "the and for with from into onto over under than then that this these those too very user item categorie category content step slate time session when while where which who what how after before again same other another each every all any some most their they them its are was were has have had will would should could can may might must being been both user's long term satisfaction engagement interest",
);

/** Ends a piece of advice: what follows may point the other way. */
const clauseEnd = /[.,;:!?()\n]|\b(?:and|but|while|instead|then|rather|or|to)\b/iu;

/**
 * What a text advises for (+1) or against (-1): the content words after a cue such as `avoid` or `more`, up to the end of
 * the clause. An odd number of cues against turns the clause around. English only; other texts advise nothing.
 */
export function stancesOf(text: string): ReadonlyMap<string, 1 | -1> {
  const stances = new Map<string, 1 | -1>();
  for (const clause of text.normalize("NFKC").toLowerCase().replaceAll("’", "'").split(clauseEnd)) {
    let sign: 1 | -1 = 1;
    let cued = false;
    for (const word of clause.match(/[\p{L}']+/gu) ?? []) {
      if (against.has(word)) {
        sign = sign === 1 ? -1 : 1;
        cued = true;
      } else if (inFavour.has(word)) {
        cued = true;
      } else if (cued) {
        const subject = word.replace(/s$/, "");
        if (subject.length >= 3 && !empty.has(subject) && !empty.has(word)) stances.set(subject, sign);
      }
    }
  }
  return stances;
}
