/** Numbers, durations and values as the page writes them. */

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 100000 -> 100,000 */
export const formatCount = (value: number): string => grouped.format(value);

/** At most `digits` significant digits, no trailing zeros, exponents only far from 1. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4) return value.toExponential(Math.max(0, digits - 2)).replace(/\.?0+e/, "e");
  if (size >= 10 ** (digits - 1)) return grouped.format(value);
  return String(Number(value.toPrecision(digits)));
}

/** 75 -> 1 min 15 s */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 7.03 -> 7 ms, 1234 -> 1.23 s */
export const formatLatency = (milliseconds: number): string =>
  milliseconds < 999.5 ? `${Math.round(milliseconds)} ms` : `${formatNumber(milliseconds / 1000, 3)} s`;

export const formatPercent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** Tenths of a cent matter while a run is young. */
export const formatMoney = (usd: number): string =>
  usd > 0 && usd < 0.0005 ? "under $0.001" : `$${usd.toFixed(usd < 1 ? 3 : 2)}`;

/** A setting's value in one short line. */
export function formatValue(value: unknown, longest = 60): string {
  const text =
    typeof value === "string" ? value : typeof value === "number" ? formatNumber(value, 6) : compactJson(value);
  return shorten(text, longest);
}

function compactJson(value: unknown): string {
  if (value === undefined) return "–";
  if (value === null || typeof value !== "object" || Array.isArray(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${formatValue(inner, 24)}`)
    .join(", ");
}

export function shorten(text: string, longest: number): string {
  const line = text.length > longest * 4 ? text.slice(0, longest * 4) : text;
  const flat = line.replace(/\s+/g, " ").trim();
  return flat.length <= longest ? flat : `${flat.slice(0, longest - 1).trimEnd()}…`;
}
