/** How numbers and words look on a terminal. */
import colors from "picocolors";

const { bold, cyan, dim, green, red, yellow } = colors;

export const paint = { error: red, warning: yellow, good: green, strong: bold, quiet: dim, accent: cyan } as const;

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
