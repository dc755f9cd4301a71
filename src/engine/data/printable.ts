/** Texts of files, as messages and terminals may show them. */

/** Without control characters. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}

const BRIEF = 60;

/** Its beginning, where it is long. */
export function brief(text: string): string {
  return printable(text.length > BRIEF ? `${text.slice(0, BRIEF)}…` : text);
}
