/**
 * What people read on a terminal. Everything that is written to standard output or standard error passes here: names, ids,
 * replies, paths and errors come from files, data and servers, and no control character of theirs reaches the terminal.
 */
import { randomInt } from "node:crypto";
import { Presets, SingleBar } from "cli-progress";
import colors from "picocolors";
import { visibleText } from "../../protocol/reportText.ts";

const { bold, cyan, dim, green, red, yellow } = colors;

/** Stands in every colour code of ours until it is written: no text from outside can hold it. */
const SECRET = randomInt(2 ** 47);
const OWN_CODE = new RegExp(`\\x1b\\[${SECRET};(\\d+)m`);

const painter = (colour: (text: string) => string): ((text: string) => string) => {
  const [open, close] = colour("\0")
    .split("\0")
    .map((code) => code.replace("[", `[${SECRET};`));
  return (text) => `${open}${text}${close}`;
};

export const paint = {
  error: painter(red),
  warning: painter(yellow),
  good: painter(green),
  strong: painter(bold),
  quiet: painter(dim),
  accent: painter(cyan),
} as const;

/** With our own colours and line ends, and nothing else that steers a terminal. */
const inert = (text: string): string =>
  text
    .split(OWN_CODE)
    .map((part, i) => (i % 2 === 1 ? `\x1b[${part}m` : visibleText(part)))
    .join("");

/** What was asked for: to standard output. JSON stays the same JSON. */
export const say = (text: string): void => void process.stdout.write(inert(text));

/** What is said beside it: to standard error. */
export const sayAside = (text: string): void => void process.stderr.write(inert(text));

/** Something to know, beside it. */
export const warn = (message: string): void => sayAside(`${paint.warning("warning")} ${message}\n`);

/** A line on standard error that the next one replaces, and an empty one removes; on a terminal only. */
export function status(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${inert(paint.quiet(text))}`);
}

/** A bar of fractions, with a text beside it. */
export class ProgressBar {
  private readonly bar = new SingleBar(
    { format: " {bar} {percentage}%  {text}", hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  private started = false;

  show(fraction: number, text: string): void {
    if (!this.started) this.bar.start(1000, 0, { text: "" });
    this.started = true;
    this.bar.update(Math.round(fraction * 1000), { text: inert(text) });
  }

  clear(): void {
    if (this.started) this.bar.stop();
    this.started = false;
  }
}

/** 95 -> "1:35", 4000 -> "1:06:40" */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

export const number = (value: number | undefined, digits = 3): string =>
  value === undefined || Number.isNaN(value) ? "–" : value.toFixed(digits);
