/** The Thresholds pane: quit rule, reflections, planning and environment, with drafts told apart from file and run. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { QuitRule } from "../../../src/protocol/experiment/simulator.ts";
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import { settingsInForce } from "../../../src/protocol/settingsInForce.ts";
import type { StudioSnapshot } from "../../../src/protocol/studio.ts";
import { formatValue } from "../../shared/format.ts";
import { sameJson } from "../../shared/sameJson.ts";
import { currentRun, isActiveRun } from "../state.ts";
import { settingsOf, type ThresholdSettings, withDraft } from "./drafts.ts";
import { randomRepeatProbability } from "./expectedLength.ts";
import { fieldControl } from "./fieldControl.ts";
import { type Field, type FieldGroup, fieldGroups, numberProblem, QUIT_PATH, RULE_PATH } from "./fields.ts";
import { lengthSketch, type SketchMarker } from "./lengthSketch.ts";
import type { ThresholdsPort } from "./thresholdsPort.ts";

const ruleNames: Record<QuitRule["rule"], string> = {
  temper: "Temper: patience falls each step, and more with repeats",
  window: "Window: a category comes back too soon",
};

/** Iterations averaged for the observed overlap. */
const OBSERVED_ITERATIONS = 10;

export function thresholdsPane(app: ThresholdsPort, snapshot: StudioSnapshot): TemplateResult {
  const { experiment } = snapshot.document;
  const record = currentRun(app.state);
  const running = isActiveRun(record)
    ? settingsInForce(record.experiment, app.library.get(record.id)?.events ?? [])
    : undefined;
  const { drafts } = app.state.page;
  const settings = settingsOf(snapshot.schema, experiment, drafts, running);
  const set = (path: string, value: unknown): void =>
    app.patchPage({ drafts: withDraft(app.state.page.drafts, path, value, settings.baseline(path)) });

  return html`<div class="pane thresholds-pane">
    ${applyBar(app, settings, isActiveRun(record) ? record.id : undefined, record?.name)}
    <div class="scroll">
      ${fieldGroups(snapshot.schema, settings.rule).map((group, i) =>
        i === 0
          ? html`<section class="field-group">
              <h3>${group.title}</h3>
              ${ruleChoice(app, settings)}
              ${lengthSketch(shownRule(settings), fileRule(settings), markers(app, settings))}
              ${fieldRows(group, settings, set)}
            </section>`
          : section(group, settings, set),
      )}
    </div>
  </div>`;
}

function section(
  group: FieldGroup,
  settings: ThresholdSettings,
  set: (path: string, value: unknown) => void,
): TemplateResult {
  if (!group.folded) {
    return html`<section class="field-group">
      <h3>${group.title}</h3>
      ${fieldRows(group, settings, set)}
    </section>`;
  }
  return html`<details class="field-group">
    <summary><h3>${group.title}</h3></summary>
    ${fieldRows(group, settings, set)}
  </details>`;
}

const fieldRows = (group: FieldGroup, settings: ThresholdSettings, set: (path: string, value: unknown) => void) =>
  group.fields.map((field) => fieldControl(field, settings, (value) => set(field.path, value)));

// ------------------------------------------------------------------------------------------------- apply, save, reset

function applyBar(
  app: ThresholdsPort,
  settings: ThresholdSettings,
  runId: string | undefined,
  runName: string | undefined,
): TemplateResult {
  const invalid = settings.fields.find((field) => problemOf(field, settings));
  const { toApply, toSave } = settings;
  const invalidReason = invalid && `${invalid.label} is out of its range.`;
  const applyReason =
    runId === undefined
      ? "No experiment is running."
      : (invalidReason ?? (toApply.length === 0 ? "The running experiment already uses these values." : undefined));
  const saveReason = invalidReason ?? (toSave.length === 0 ? "The file already says this." : undefined);
  const apply = async (): Promise<void> => {
    if (runId === undefined) return;
    const applied = await app.attempt("apply", { runId, changes: toApply });
    if (applied === null)
      app.notify("info", `Applied to ${runName ?? "the run"} from its next step on. The file is as it was.`);
  };
  const save = (): Promise<null | undefined> => app.attempt("editDocument", { changes: toSave });
  const draftCount = Object.keys(app.state.page.drafts).length;
  return html`<section class="apply-bar" aria-label="Changed thresholds">
    <div class="apply-buttons">
      <div class="apply-choice">
        <vscode-button
          ?disabled=${applyReason !== undefined || app.isBusy("apply")}
          aria-describedby="apply-reason"
          @click=${apply}
          >Apply to the running experiment</vscode-button
        >
        <span id="apply-reason" class="hint"
          >${applyReason ?? `${plural(toApply.length, "setting")}; the file stays as it is.`}</span
        >
      </div>
      <div class="apply-choice">
        <vscode-button
          appearance="secondary"
          ?disabled=${saveReason !== undefined || app.isBusy("editDocument")}
          aria-describedby="save-reason"
          @click=${save}
          >Save to the file</vscode-button
        >
        <span id="save-reason" class="hint"
          >${saveReason ?? `${plural(toSave.length, "setting")}, for the next runs.`}</span
        >
      </div>
      ${
        draftCount > 0
          ? html`<button type="button" class="link-button reset-all" @click=${() => app.patchPage({ drafts: {} })}>
              Reset all
            </button>`
          : nothing
      }
    </div>
    ${
      runId !== undefined && settings.nextRunOnly.length > 0
        ? html`<p class="hint">Only a new run takes: ${settings.nextRunOnly.join(", ")}.</p>`
        : nothing
    }
  </section>`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

function problemOf(field: Field, settings: ThresholdSettings): string | undefined {
  return field.kind === "number" ? numberProblem(field, Number(settings.shown(field.path))) : undefined;
}

// ---------------------------------------------------------------------------------------------------------- quit rule

function ruleChoice(app: ThresholdsPort, settings: ThresholdSettings): TemplateResult {
  const fileValue = valueAt(app.state.snapshot, "value.document.experiment.simulator.quit.rule");
  const choose = (rule: QuitRule["rule"]): void => {
    // The parameters of one rule mean nothing under the other.
    const others = Object.entries(app.state.page.drafts).filter(([path]) => !path.startsWith(`${QUIT_PATH}.`));
    app.patchPage({ drafts: withDraft(Object.fromEntries(others), RULE_PATH, rule, fileValue) });
  };
  return html`<fieldset class="rule-choice">
    <legend class="visually-hidden">Quit rule</legend>
    ${(Object.keys(ruleNames) as QuitRule["rule"][]).map(
      (rule) => html`<label>
        <input type="radio" name="quit-rule" .checked=${settings.rule === rule} @change=${() => choose(rule)} />
        ${ruleNames[rule]}${settings.ruleChanged && settings.rule === rule ? html` <span class="pill changed">draft</span>` : nothing}
      </label>`,
    )}
  </fieldset>`;
}

function shownRule(settings: ThresholdSettings): QuitRule {
  return ruleOf(settings, settings.shown);
}

/** The file's rule, when it differs from the one shown and is of the same kind. */
function fileRule(settings: ThresholdSettings): QuitRule | undefined {
  const complete = settings.fields.every(
    ({ path }) => !path.startsWith(QUIT_PATH) || settings.inFile(path) !== undefined,
  );
  const rule = complete ? ruleOf(settings, settings.inFile) : undefined;
  return rule && !sameJson(rule, shownRule(settings)) ? rule : undefined;
}

function ruleOf(settings: ThresholdSettings, value: (path: string) => unknown): QuitRule {
  const rule: Record<string, unknown> = { rule: settings.rule };
  for (const field of settings.fields) {
    if (!field.path.startsWith(QUIT_PATH)) continue;
    const given = value(field.path);
    const valid = field.kind !== "number" || numberProblem(field, Number(given)) === undefined;
    rule[field.path.slice(QUIT_PATH.length + 1)] = valid ? given : field.fallback;
  }
  return rule as QuitRule;
}

function markers(app: ThresholdsPort, settings: ThresholdSettings): SketchMarker[] {
  const rule = shownRule(settings);
  const experiment = valueAt(app.state.snapshot, "value.document.experiment");
  const found: SketchMarker[] = [];
  const categories = categoryCount(experiment);
  const slateSize = Number(settings.shown("simulator.slateSize"));
  if (categories !== undefined && slateSize >= 1) {
    found.push({
      label: `Random slates of ${formatValue(slateSize)} over ${categories} even categories`,
      q: randomRepeatProbability(rule, categories, slateSize),
      kind: "random",
    });
  }
  const record = currentRun(app.state);
  const data = app.library.get(record?.id);
  if (record && data && rule.rule === "temper" && rule.window === 1 && rule.threshold === 1) {
    const observed = data.recentMean(
      rule.comparison === "position" ? "overlapAligned" : "overlapAny",
      OBSERVED_ITERATIONS,
    );
    if (observed !== undefined) {
      found.push({
        label: `${record.name}, last ${OBSERVED_ITERATIONS} iterations`,
        q: Math.min(1, observed),
        kind: "observed",
      });
    }
  }
  return found;
}

/** Categories of the data sets whose number is known beforehand. */
function categoryCount(experiment: unknown): number | undefined {
  const kind = valueAt(experiment, "dataset.kind");
  if (kind === "kuairand") return 46;
  if (kind === "kuairec") return 31;
  const given = valueAt(experiment, "dataset.categories");
  return kind === "synthetic" && typeof given === "number" ? given : undefined;
}
