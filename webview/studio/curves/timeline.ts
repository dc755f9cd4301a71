/** What a run's timeline events say, in words, for markers and the list of events. */
import { diffLines, diffSummary } from "../../../src/protocol/lineDiff.ts";
import { promptRoleOf } from "../../../src/protocol/promptRole.ts";
import { standInKind } from "../../../src/protocol/run/standInKind.ts";
import type { PromptVersion, TimelineEvent } from "../../../src/protocol/run.ts";
import { formatValue } from "../../shared/format.ts";

export type EventKind = "change" | "warning" | "state" | "pool";

interface EventText {
  readonly kind: EventKind;
  readonly title: string;
  readonly detail: string;
  /** The changed lines of a prompt, signed. */
  readonly lines: readonly string[];
}

type PlanEvent = Extract<TimelineEvent, { type: "plan" }>;
export type ToldEvent = Exclude<TimelineEvent, PlanEvent>;

/** Events of single plans come by the hundred: they are drawn as ticks. */
export const isTick = ({ type }: TimelineEvent): boolean => type === "plan" || type === "stand-in";

/** What is told one by one; of the stand-in's answers the first of each kind. */
export function toldEvents(events: readonly TimelineEvent[]): readonly ToldEvent[] {
  const kinds = new Set<string>();
  return events.filter((event): event is ToldEvent => {
    if (event.type !== "stand-in") return event.type !== "plan";
    const kind = standInKind(event);
    const isNew = !kinds.has(kind);
    kinds.add(kind);
    return isNew;
  });
}

/** A changed prompt is recorded by its versions' hashes: the texts are in the run's record. */
export function withPromptTexts(event: ToldEvent, prompts: readonly PromptVersion[]): ToldEvent {
  if (event.type !== "change" || promptRoleOf(event.path) === undefined) return event;
  const known = resolved.get(event);
  if (known) return known;
  const from = prompts.find(({ hash }) => hash === event.from)?.text;
  const to = prompts.find(({ hash }) => hash === event.to)?.text;
  if (from === undefined || to === undefined) return event;
  const told = { ...event, from, to };
  resolved.set(event, told);
  return told;
}

const resolved = new WeakMap<ToldEvent, ToldEvent>();

const MOST_DIFF_LINES = 6;

export function eventKind({ type }: ToldEvent): EventKind {
  if (type === "change" || type === "warning" || type === "pool") return type;
  return type === "failed" || type === "stand-in" ? "warning" : "state";
}

/** Events never change, and a prompt's difference costs time: each is worked out once. */
const described = new WeakMap<ToldEvent, EventText>();

export function describeEvent(event: ToldEvent): EventText {
  let text = described.get(event);
  if (!text) {
    text = describe(event);
    described.set(event, text);
  }
  return text;
}

function describe(event: ToldEvent): EventText {
  const kind = eventKind(event);
  switch (event.type) {
    case "change":
      return describeChange(event);
    case "warning":
      return { kind, title: event.message, detail: evidence(event.evidence, event.code), lines: [] };
    case "paused":
    case "failed":
      return { kind, title: sentence(event.type), detail: event.reason, lines: [] };
    case "stand-in": {
      const { role, cause, reply } = event;
      const detail = reply === "" ? "" : `It answered: ${reply}`;
      return { kind, title: `The stand-in answered for the ${role}'s model: ${cause}`, detail, lines: [] };
    }
    case "pool":
      return { kind, title: `Reflection: ${event.action}`, detail: event.reflection, lines: [] };
    default:
      return { kind, title: sentence(event.type), detail: "", lines: [] };
  }
}

function describeChange({ path, from, to }: Extract<ToldEvent, { type: "change" }>): EventText {
  if (promptRoleOf(path) !== undefined && typeof from === "string" && typeof to === "string") {
    const title = `${path.startsWith("critic") ? "Critic" : "Planner"} prompt changed`;
    if (isHash(from) && isHash(to))
      return { kind: "change", title, detail: `${from.slice(0, 7)} → ${to.slice(0, 7)}`, lines: [] };
    const changed = diffLines(from, to).filter(({ kind }) => kind !== "same");
    const lines = changed.slice(0, MOST_DIFF_LINES).map(({ kind, text }) => `${kind === "added" ? "+" : "−"} ${text}`);
    if (changed.length > MOST_DIFF_LINES) lines.push(`⋯ ${changed.length - MOST_DIFF_LINES} more`);
    return { kind: "change", title, detail: diffSummary(from, to), lines };
  }
  if (isObject(from) && isObject(to)) {
    const keys = Object.keys({ ...from, ...to }).filter((key) => formatValue(from[key]) !== formatValue(to[key]));
    const parts = keys.map((key) => `${key} ${formatValue(from[key])} → ${formatValue(to[key])}`);
    return { kind: "change", title: `${path} changed`, detail: parts.join(", "), lines: [] };
  }
  return { kind: "change", title: `${path} changed`, detail: `${formatValue(from)} → ${formatValue(to)}`, lines: [] };
}

/** A version whose text the run's record does not hold yet. */
const isHash = (version: string): boolean => /^[0-9a-f]+$/.test(version);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const evidence = (value: unknown, code: string): string =>
  value === undefined ? code : `${code}: ${formatValue(value, 160)}`;

const sentence = (type: string): string => type.charAt(0).toUpperCase() + type.slice(1);
