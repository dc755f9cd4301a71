/** Texts come from files: no control character of theirs reaches a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}
