/** Reflections beside the prompt that will show them: inlay hints and hover at the reflections placeholder. */
import {
  type CancellationToken,
  type Disposable,
  type Event,
  EventEmitter,
  Hover,
  type HoverProvider,
  InlayHint,
  InlayHintLabelPart,
  type InlayHintsProvider,
  l10n,
  MarkdownString,
  type Position,
  type Range,
  type TextDocument,
} from "vscode";
import type { PooledReflection } from "../../protocol/engine.ts";
import { contains } from "../../protocol/promptText.ts";
import type { RunId } from "../../protocol/run.ts";
import { type CommandId, commandLink } from "../platform/commands.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { formatScore } from "../platform/format.ts";
import { escapeMarkdown } from "../platform/inert.ts";
import { rangeOf, structureOf } from "../prompts/promptDocuments.ts";
import { type Contribution, contributionTo } from "./contribution.ts";
import type { ReflectionPools } from "./pools.ts";
import { reflectionTooltip } from "./reflectionItem.ts";
import { type ReflectionPlace, reflectionPlaces } from "./reflectionPlaces.ts";
import type { ReflectionsServices } from "./services.ts";
import { formatGain, formatProbability, shorten } from "./wording.ts";

const HINT_CHARS = 60;

export class InlineReflections implements InlayHintsProvider, HoverProvider, Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<void>());
  readonly onDidChangeInlayHints: Event<void> = this.changed.event;

  constructor(
    private readonly services: Pick<ReflectionsServices, "files" | "runs">,
    private readonly pools: ReflectionPools,
  ) {
    this.owned.addAll(
      pools.onDidChange(() => this.changed.fire()),
      services.files.onDidChange(() => this.changed.fire()),
    );
  }

  async provideInlayHints(document: TextDocument, range: Range, token: CancellationToken): Promise<InlayHint[]> {
    const places = reflectionPlaces(structureOf(document)).filter(({ end }) =>
      range.contains(document.positionAt(end)),
    );
    if (places.length === 0) return [];
    const contribution = await contributionTo(this.services, this.pools, document.uri);
    if (!contribution || token.isCancellationRequested) return [];
    return places.flatMap((place) => hintsAt(document, place, contribution));
  }

  async provideHover(document: TextDocument, position: Position): Promise<Hover | undefined> {
    const offset = document.offsetAt(position);
    const place = reflectionPlaces(structureOf(document)).find(({ name }) => contains(name, offset));
    if (!place) return undefined;
    const contribution = await contributionTo(this.services, this.pools, document.uri);
    return contribution && new Hover(hoverText(document, contribution), rangeOf(document, place.name));
  }

  dispose(): void {
    this.owned.dispose();
  }
}

function hintsAt(document: TextDocument, { end, fields }: ReflectionPlace, contribution: Contribution): InlayHint[] {
  const { next, pool, run } = contribution;
  const list = commandLink("lerl.showReflections", l10n.t("Show the pool"), document.uri);
  const hint = (at: number, parts: InlayHintLabelPart[]): InlayHint => {
    const shown = new InlayHint(document.positionAt(at), parts);
    shown.paddingLeft = true;
    return shown;
  };
  const part = (text: string, reflection?: PooledReflection): InlayHintLabelPart => {
    const label = new InlayHintLabelPart(text);
    label.command = list;
    label.tooltip = reflection ? reflectionTooltip(reflection) : l10n.t("The reflection pool of {0}", run.name);
    return label;
  };
  if (next.length === 0) return [hint(end, [part(l10n.t("the pool is empty"))])];
  const parts = next.flatMap((reflection, i) => [
    ...(i > 0 ? [part(", ")] : []),
    part(numbers(reflection), reflection),
  ]);
  const rest = pool.length - next.length;
  const summary = hint(end, [...parts, ...(rest > 0 ? [part(l10n.t(" of {0}", pool.length))] : [])]);
  const best = next[0];
  if (!best) return [summary];
  return [summary, ...fields.map(({ field, end: at }) => hint(at, [part(fieldText(field, best), best)]))];
}

function fieldText(field: ReflectionPlace["fields"][number]["field"], best: PooledReflection): string {
  if (field === "text") return `“${shorten(best.text, HINT_CHARS)}”`;
  return (field === "outcome" ? formatGain(best) : undefined) ?? formatScore(best.score);
}

const numbers = ({ score, probability, pinned }: PooledReflection): string =>
  `${formatScore(score)} (${pinned ? l10n.t("pinned") : formatProbability(probability)})`;

/** Commands that links in the hover may run; everything else in it is text. */
const linked = [
  "lerl.showReflections",
  "lerl.openReflection",
  "lerl.pinReflection",
  "lerl.unpinReflection",
  "lerl.muteReflection",
] as const satisfies readonly CommandId[];

function hoverText(document: TextDocument, { run, pool, next }: Contribution): MarkdownString {
  const text = new MarkdownString("", true);
  text.isTrusted = { enabledCommands: linked };
  if (next.length === 0) {
    text.appendMarkdown(l10n.t("The reflection pool of {0} is empty.", escapeMarkdown(run.name)));
    return text;
  }
  const head = l10n.t("Likeliest to be shown now, of {0} in the pool of {1}", pool.length, escapeMarkdown(run.name));
  text.appendMarkdown(`**${head}**\n\n`);
  text.appendMarkdown(`| ${l10n.t("Score")} | ${l10n.t("Next")} | ${l10n.t("Reflection")} | |\n|--:|--:|---|---|\n`);
  for (const reflection of next) text.appendMarkdown(`${hoverRow(run.id, reflection)}\n`);
  const list = link("lerl.showReflections", l10n.t("$(list-ordered) Show the pool"), document.uri);
  text.appendMarkdown(`\n${list}`);
  return text;
}

function hoverRow(runId: RunId, reflection: PooledReflection): string {
  const target = { runId, reflection: reflection.id };
  const pin = reflection.pinned
    ? link("lerl.unpinReflection", l10n.t("$(pinned)&nbsp;Unpin"), target)
    : link("lerl.pinReflection", l10n.t("$(pin)&nbsp;Pin"), target);
  const mute = link("lerl.muteReflection", l10n.t("$(mute)&nbsp;Mute"), target);
  const { score, probability, text } = reflection;
  return `| ${formatScore(score)} | ${formatProbability(probability)} | ${escapeMarkdown(text)} | ${pin}&nbsp;${mute} |`;
}

const link = (command: (typeof linked)[number], title: string, argument: unknown): string =>
  `[${title}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))})`;
