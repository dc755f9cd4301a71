/** Texts as other formats take them: what stands in data stays text there. */

/** Line feeds and tabs stay, and so do the joiners that emoji and some scripts are written with (U+200C, U+200D). */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/**
 * Text that steers nothing and hides nothing: control characters, those that turn the direction of writing and those that
 * nobody sees stand there as JSON writes them (`\u001b`), so that JSON stays the same JSON.
 */
export const visibleText = (text: string): string => text.replace(UNSEEN, escaped);

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** Text that Markdown shows as it is: no markup, address or mention of its own, and no end of a cell. */
export const markdownText = (text: string): string =>
  visibleText(text.replace(/[\r\n]+/g, " ")).replace(
    /[\\`*<|@]|\](?=[([:])|:(?=\/\/)|(?<=www)\.|(?<!\w)_|_(?!\w)|^[>#]|^[+-](?=\s)/gi,
    (character) => `\\${character}`,
  );

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
