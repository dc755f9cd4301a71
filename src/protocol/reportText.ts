/** Texts as other formats take them: what stands in data stays text there. */

/**
 * Text that steers nothing: control characters and those that turn the direction of writing stand there as JSON writes them
 * (`\u001b`), so that JSON stays the same JSON. Line feeds and tabs stay.
 */
export const visibleText = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, escaped);

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

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
 * separates cells, in some countries a semicolon, is quoted. Numbers stay numbers.
 */
export function csvText(text: string): string {
  const isNumber = text.trim() === text && Number.isFinite(Number(text));
  const plain = FORMULA.test(text) && !isNumber ? `'${text}` : text;
  return /[",;\t\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
