/** What models were asked for, in words: the same on the command line and in the editor. */
import type { ModelUse } from "./modelUse.ts";

const whole = new Intl.NumberFormat("en");

/** `6,120 of them read from the server's cache`; nothing where no server says. */
export const cachedText = ({ cachedTokens }: Pick<ModelUse, "cachedTokens">): string | undefined =>
  cachedTokens === undefined ? undefined : `${whole.format(cachedTokens)} of them read from the server's cache`;

/** `19 calls, 10,201 tokens, 6,120 of them read from the server's cache` */
export const modelUseText = (use: ModelUse): string =>
  [
    `${whole.format(use.calls)} ${use.calls === 1 ? "call" : "calls"}`,
    `${whole.format(use.tokens)} tokens`,
    cachedText(use) ?? [],
  ]
    .flat()
    .join(", ");
