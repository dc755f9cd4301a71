/**
 * Three values of every setting: what the page shows (a draft, else the file's), what the file says, and what the
 * running experiment uses. Applying concerns the running one, saving the file; each is worked out here.
 */
import type { LiveChange } from "../../../src/protocol/engine.ts";
import type { QuitRule } from "../../../src/protocol/experiment/simulator.ts";
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import { sameJson } from "../../shared/sameJson.ts";
import { type Field, fieldGroups, QUIT_PATH, RULE_PATH } from "./fields.ts";

type Drafts = Readonly<Record<string, unknown>>;

export interface ThresholdSettings {
  readonly rule: QuitRule["rule"];
  /** Every field of the quit rule shown and of the other groups. */
  readonly fields: readonly Field[];
  readonly shown: (path: string) => unknown;
  readonly inFile: (path: string) => unknown;
  /** What *Reset* goes back to: the file's value, or the default where the file has another quit rule. */
  readonly baseline: (path: string) => unknown;
  /** The quit rule shown is not the file's. */
  readonly ruleChanged: boolean;
  /** Undefined without a running experiment, or where it has no such setting (another quit rule). */
  readonly running: (path: string) => unknown;
  /** What *Save to the file* would change. */
  readonly toSave: readonly LiveChange[];
  /** What *Apply to the running experiment* would change. */
  readonly toApply: readonly LiveChange[];
  /** Drafts that only a new run can take. */
  readonly nextRunOnly: readonly string[];
}

export function settingsOf(
  schema: unknown,
  experiment: unknown,
  drafts: Drafts,
  runningExperiment: unknown | undefined,
): ThresholdSettings {
  const fileRule = ruleOf(valueAt(experiment, RULE_PATH));
  const rule = ruleOf(drafts[RULE_PATH] ?? fileRule);
  const fields = fieldGroups(schema, rule).flatMap((group) => group.fields);
  const isQuit = (path: string): boolean => path.startsWith(`${QUIT_PATH}.`);

  const inFile = (path: string): unknown =>
    isQuit(path) && path !== RULE_PATH && rule !== fileRule ? undefined : valueAt(experiment, path);
  const running = (path: string): unknown => {
    if (runningExperiment === undefined) return undefined;
    const otherRule = valueAt(runningExperiment, RULE_PATH) !== rule;
    return isQuit(path) && path !== RULE_PATH && otherRule ? undefined : valueAt(runningExperiment, path);
  };
  const baseline = (path: string): unknown => inFile(path) ?? fields.find((field) => field.path === path)?.fallback;
  const shown = (path: string): unknown => drafts[path] ?? baseline(path);

  const shownQuit: Record<string, unknown> = { rule };
  for (const { path } of fields) if (isQuit(path)) shownQuit[path.slice(QUIT_PATH.length + 1)] = shown(path);

  const changed = fields.filter(({ path }) => !sameJson(shown(path), inFile(path)));
  const toSave: LiveChange[] =
    rule === fileRule
      ? changed.map(({ path }) => ({ path, value: shown(path) }))
      : [
          { path: QUIT_PATH, value: shownQuit },
          ...changed.filter(({ path }) => !isQuit(path)).map(({ path }) => ({ path, value: shown(path) })),
        ];

  const toApply: LiveChange[] = [];
  const nextRunOnly: string[] = [];
  if (runningExperiment !== undefined) {
    const differing = fields.filter(({ path }) => !sameJson(shown(path), running(path)));
    const quitDiffers = rule !== valueAt(runningExperiment, RULE_PATH) || differing.some(({ path }) => isQuit(path));
    if (quitDiffers) toApply.push({ path: QUIT_PATH, value: shownQuit });
    for (const { path, live, label } of differing) {
      if (isQuit(path)) continue;
      if (live) toApply.push({ path, value: shown(path) });
      else nextRunOnly.push(label);
    }
  }
  return {
    rule,
    fields,
    shown,
    inFile,
    baseline,
    ruleChanged: rule !== fileRule,
    running,
    toSave,
    toApply,
    nextRunOnly,
  };
}

const ruleOf = (value: unknown): QuitRule["rule"] => (value === "window" ? "window" : "temper");

/** Drafts without the one for `path`, or with `value` when it differs from the baseline. */
export function withDraft(drafts: Drafts, path: string, value: unknown, baseline: unknown): Drafts {
  const { [path]: _before, ...others } = drafts;
  return sameJson(value, baseline) ? others : { ...others, [path]: value };
}

/** The drafts the file does not say by now: saved ones are none any more. */
export function unsavedDrafts(drafts: Drafts, experiment: unknown): Drafts {
  const unsaved = Object.entries(drafts).filter(([path, value]) => !sameJson(value, valueAt(experiment, path)));
  return unsaved.length === Object.keys(drafts).length ? drafts : Object.fromEntries(unsaved);
}
