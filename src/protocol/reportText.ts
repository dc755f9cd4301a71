/** Texts as other formats take them: what stands in data stays text there. */

/** What steers, and what nobody sees; without what emoji and some scripts are written with (joiners, variation selectors). */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u2800\ufff9-\ufffb]|(?!\u200c|\u200d|\u2060|\ufe0e|\ufe0f)\p{Default_Ignorable_Code_Point}/gu;

/**
 * Text that steers nothing and hides nothing: control characters, those that turn the direction of writing and those that
 * nobody sees stand there as JSON writes them (`\u001b`), so that JSON stays the same JSON. Line feeds and tabs stay.
 */
export const visibleText = (text: string): string => text.replace(UNSEEN, escaped);

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** Keeps a name from its `@`, which would mention somebody whatever stands before it, and is not seen. */
const JOINER = "\u2060";

/** Text that Markdown shows as it is: no markup, entity, address or mention of its own, and no end of a cell. */
export const markdownText = (text: string): string =>
  visibleText(text.replace(/[\r\n]+/g, " "))
    .replace(
      /[\\`*<|]|&(?=[#\w])|\](?=[([:])|:(?=\/\/)|(?<=www)\.|(?<!\w)_|_(?!\w)|^[>#]|^[+-](?=\s)/gi,
      (character) => `\\${character}`,
    )
    .replace(/@(?=\w)/g, `@${JOINER}`);

/** What spreadsheets take for a formula, some also in full width. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/**
 * A cell of a CSV file. One that a spreadsheet would take for a formula is led by an apostrophe, and one that holds what
 * separates cells, in some countries a semicolon, is quoted. Numbers stay numbers, lines end in line feeds.
 */
export function csvText(text: string): string {
  const isNumber = text.trim() === text && Number.isFinite(Number(text));
  const inert = visibleText(text.replace(/\r\n?/g, "\n"));
  const plain = FORMULA.test(text) && !isNumber ? `'${inert}` : inert;
  return /[",;\t\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
