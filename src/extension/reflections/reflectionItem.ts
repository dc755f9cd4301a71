/** A reflection as a row: label, numbers, marks, and what screen readers say. */
import { l10n, MarkdownString, ThemeIcon, TreeItem, TreeItemCollapsibleState } from "vscode";
import type { PooledReflection } from "../../protocol/engine.ts";
import { commandLink, type ReflectionTarget } from "../platform/commands.ts";
import { formatScore } from "../platform/format.ts";
import { escapeMarkdown } from "../platform/inert.ts";
import type { Order } from "./arrangement.ts";
import { formatGain, formatProbability, leadingNumber, marks, shorten, summarise } from "./wording.ts";

const LABEL_CHARS = 120;

export function reflectionItem(target: ReflectionTarget, reflection: PooledReflection, order: Order): TreeItem {
  const { text, pinned, muted, rating } = reflection;
  const leading = leadingNumber(reflection, order);
  const label = `${leading}  ${shorten(text, LABEL_CHARS)}`;
  const item = new TreeItem(label, TreeItemCollapsibleState.None);
  item.id = `${target.runId}/${target.reflection}`;
  item.description = summarise(reflection, leading);
  item.iconPath = iconOf(reflection);
  item.contextValue = [
    "lerlReflection",
    pinned ? "pinned" : "unpinned",
    muted ? "muted" : "audible",
    rating === 0 ? "unrated" : rating > 0 ? "ratedUp" : "ratedDown",
  ].join(" ");
  item.command = commandLink("lerl.openReflection", l10n.t("Open Reflection"), target);
  item.accessibilityInformation = { label: `${text} ${spoken(reflection)}` };
  return item;
}

export function reflectionTooltip(reflection: PooledReflection): MarkdownString {
  const { id, text, score, probability, timesSampled, iteration } = reflection;
  const gain = formatGain(reflection);
  const rows: readonly (readonly [string, string])[] = [
    [l10n.t("Score"), formatScore(score)],
    ...(gain === undefined ? [] : [[l10n.t("Above what this user was expected to give"), gain] as const]),
    [l10n.t("Probability of the next place"), formatProbability(probability)],
    [l10n.t("Times shown to the planner"), String(timesSampled)],
    [l10n.t("Iteration"), String(iteration)],
  ];
  const tooltip = new MarkdownString();
  tooltip.appendMarkdown(`**${escapeMarkdown(id)}** ${marks(reflection).join(", ")}\n\n${escapeMarkdown(text)}\n\n`);
  tooltip.appendMarkdown(`| | |\n|---|--:|\n${rows.map(([name, value]) => `| ${name} | ${value} |`).join("\n")}`);
  return tooltip;
}

function iconOf({ pinned, muted, rating }: PooledReflection): ThemeIcon {
  if (muted) return new ThemeIcon("mute");
  if (pinned) return new ThemeIcon("pinned");
  if (rating !== 0) return new ThemeIcon(rating > 0 ? "thumbsup" : "thumbsdown");
  return new ThemeIcon("lightbulb");
}

const spoken = (reflection: PooledReflection): string =>
  [
    l10n.t("Score {0}", formatScore(reflection.score)),
    l10n.t("probability {0}", formatProbability(reflection.probability)),
    l10n.t("times shown: {0}", reflection.timesSampled),
    ...marks(reflection),
  ].join(", ");
