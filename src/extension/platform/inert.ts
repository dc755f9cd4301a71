/** Texts from outside as VS Code's own surfaces take them: shown as they stand, without a link, icon or command of theirs. */
import { visibleText } from "../../protocol/reportText.ts";

/** Keeps two characters apart, and is not seen. */
const JOINER = "\u2060";

/** For notifications, which make links of `[text](command:…)`, and for lists and bars, which make icons of `$(name)`. */
export const plainText = (text: string): string => visibleText(text).replace(/[$\]](?=\()/g, `$&${JOINER}`);

/** For Markdown that shows exactly this text, on one line: no markup, link, image, icon or end of a cell. */
export const escapeMarkdown = (text: string): string =>
  visibleText(text.replace(/(?<![ \t])[ \t]*(?:\r\n?|\n)\s*/g, " "))
    .replace(/[\\`*_{}[\]()#+\-.!|<>~:@&"'=^]/g, "\\$&")
    // Icons are looked for behind Markdown, where a backslash is gone.
    .replaceAll("$", "&#36;");
