/** How long a server asks to wait, wherever it says so: seconds. */

/** OpenAI's and Groq's limits: what remains, and when it is full again. */
const limits = ["requests", "tokens"] as const;

/** @param now milliseconds since 1970: some name a time */
export function askedWait(headers: Headers, words: string, now: number): number | undefined {
  const milliseconds = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (milliseconds >= 0) return milliseconds / 1000;
  const after = headers.get("retry-after");
  const asked = after === null ? undefined : duration(after, now);
  if (asked !== undefined) return asked;
  const resets = limits.flatMap((limit) => {
    const remaining = Number(headers.get(`x-ratelimit-remaining-${limit}`) ?? 1);
    const reset = headers.get(`x-ratelimit-reset-${limit}`);
    const wait = remaining <= 0 && reset !== null ? duration(reset, now) : undefined;
    return wait === undefined ? [] : [wait];
  });
  const left = Number(headers.get("x-ratelimit-remaining") ?? headers.get("ratelimit-remaining") ?? 0);
  const plain = left > 0 ? null : (headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset"));
  const wait = plain === null ? undefined : duration(plain, now);
  if (wait !== undefined) resets.push(wait);
  return resets.length > 0 ? Math.max(...resets) : inWords(words);
}

const AMOUNT =
  /(?<!\d)(\d+(?:\.\d+)?)\s*(ms|milliseconds?|d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)(?![a-z])/gi;
const ASKED = new RegExp(
  `(?:try again|retry|wait|retryDelay["':\\s]*)\\s*(?:in|after|for)?\\s*((?:${AMOUNT.source}[\\s,]*(?:and\\s+)?)+)`,
  "i",
);

/** `please try again in 59m12s`, `"retryDelay": "34s"` */
const inWords = (words: string): number | undefined => parts(ASKED.exec(words)?.[1] ?? "");

/** `20`, `1m30.5s`, `6ms`, a date, or a time in seconds or milliseconds since 1970. */
function duration(text: string, now: number): number | undefined {
  const value = Number(text.trim());
  if (text.trim() !== "" && Number.isFinite(value)) {
    if (value > 1e12) return Math.max(0, (value - now) / 1000);
    if (value > 1e9) return Math.max(0, value - now / 1000);
    return Math.max(0, value);
  }
  const said = parts(text);
  if (said !== undefined) return said;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

const SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

function parts(text: string): number | undefined {
  const found = [...text.matchAll(AMOUNT)];
  const rest = text.replace(AMOUNT, "").replace(/,|\band\b/g, "");
  if (found.length === 0 || rest.trim() !== "") return undefined;
  return found.reduce((sum, [, value, unit = ""]) => sum + Number(value) * secondsOf(unit.toLowerCase()), 0);
}

const secondsOf = (unit: string): number => (/^m(?:s|illi)/.test(unit) ? 0.001 : (SECONDS[unit[0] ?? ""] ?? 1));
