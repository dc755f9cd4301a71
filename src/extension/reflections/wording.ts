/** Reflections in words and numbers, alike in trees, hovers, pick lists and documents. */
import { l10n } from "vscode";
import type { PooledReflection } from "../../protocol/engine.ts";
import { formatScore } from "../platform/format.ts";
import type { GroupLabel, Order } from "./arrangement.ts";

export function formatProbability(probability: number): string {
  if (probability <= 0) return "0%";
  if (probability < 0.001) return "<0.1%";
  return `${(probability * 100).toFixed(probability < 0.1 ? 1 : 0)}%`;
}

/** The number a list is sorted by, first in its rows so that a narrow view shows it. */
export function leadingNumber(reflection: PooledReflection, order: Order): string {
  switch (order) {
    case "probability":
      return formatProbability(reflection.probability);
    case "timesSampled":
      return `${reflection.timesSampled}×`;
    default:
      return withGain(reflection);
  }
}

function withGain(reflection: PooledReflection): string {
  const gain = formatGain(reflection);
  return gain === undefined ? formatScore(reflection.score) : `${formatScore(reflection.score)} (${gain})`;
}

/** `+0.42`: what the session scored above what its user was expected to give; undefined where that was not known. */
export function formatGain({ score, expected }: PooledReflection): string | undefined {
  if (expected === undefined) return undefined;
  const gain = score - expected;
  return `${gain < 0 ? "−" : "+"}${formatScore(Math.abs(gain))}`;
}

/** `9.50 (+0.42) · 31% · 4×`, with what a person did to it; without the number that leads the row already. */
export function summarise(reflection: PooledReflection, leading = ""): string {
  const { probability, timesSampled } = reflection;
  return [
    withGain(reflection),
    formatProbability(probability),
    timesSampled > 0 ? `${timesSampled}×` : "",
    ...marks(reflection),
  ]
    .filter((part) => part !== "" && part !== leading)
    .join(" · ");
}

export function marks({ pinned, muted, rating, edited, source }: PooledReflection): readonly string[] {
  return [
    pinned ? l10n.t("pinned") : "",
    muted ? l10n.t("muted") : "",
    rating > 0 ? l10n.t("rated up") : rating < 0 ? l10n.t("rated down") : "",
    edited ? l10n.t("edited") : "",
    source === "fallback" ? l10n.t("fallback") : "",
  ].filter(Boolean);
}

export function describeGroup(label: GroupLabel): string {
  switch (label.kind) {
    case "score": {
      const digits = Math.max(0, -Math.floor(Math.log10(label.high - label.low)));
      return l10n.t("Score {0} to {1}", label.low.toFixed(digits), label.high.toFixed(digits));
    }
    case "prompt":
      if (label.hash === undefined) return l10n.t("Written without a prompt");
      return label.version === undefined
        ? l10n.t("Critic prompt {0}", label.hash.slice(0, 7))
        : l10n.t("Critic prompt, version {0}", label.version);
    case "episode":
      return l10n.t("Sessions of iteration {0}", label.iteration);
  }
}

/** One line of at most `length` characters. */
export function shorten(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1).trimEnd()}…` : line;
}
