/** Texts as other formats take them. */

/** Text that Markdown shows as it is: no markup of its own, and no end of a cell. */
export const markdownText = (text: string): string =>
  text
    .replace(/[\r\n]+/g, " ")
    .replace(/[\\`*<|]|\](?=[([:])|(?<!\w)_|_(?!\w)|^[>#]|^[+-](?=\s)/g, (character) => `\\${character}`);

/** A cell of a CSV file. One that a spreadsheet would take for a formula is led by an apostrophe. */
export function csvText(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
