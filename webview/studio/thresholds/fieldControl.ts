/** One setting: slider and number field bound to each other, a choice, or a flag; with its marks and reset. */
import { html, nothing, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { formatNumber, formatValue } from "../../shared/format.ts";
import { sameJson } from "../../shared/sameJson.ts";
import type { ThresholdSettings } from "./drafts.ts";
import {
  type ChoiceField,
  type Field,
  type FlagField,
  type NumberField,
  numberProblem,
  sliderScale,
} from "./fields.ts";

type SetValue = (value: unknown) => void;

export function fieldControl(field: Field, settings: ThresholdSettings, set: SetValue): TemplateResult {
  const { path } = field;
  const id = `field-${path.replaceAll(".", "-")}`;
  const shown = settings.shown(path);
  const inFile = settings.inFile(path);
  const running = settings.running(path);
  const baseline = settings.baseline(path);
  const draft = !sameJson(shown, baseline);
  const runningDiffers = running !== undefined && !sameJson(shown, running);
  return html`<div class="field ${draft ? "changed" : ""}">
    <div class="field-head">
      <label for=${id} id="${id}-label">${field.label}</label>
      ${draft ? html`<span class="pill changed">draft</span>` : nothing}
      ${otherValues(draft ? inFile : undefined, runningDiffers ? running : undefined)}
      <span class="spacer"></span>
      ${
        draft
          ? html`<button
              type="button"
              class="link-button"
              aria-label="Reset ${field.label}"
              @click=${() => set(baseline)}
            >
              Reset
            </button>`
          : nothing
      }
    </div>
    ${control(field, id, shown, set)}
    <p class="hint" id="${id}-hint">
      ${field.description}${field.live ? nothing : html` <span class="next-run">Takes effect with the next run.</span>`}
    </p>
  </div>`;
}

/** The file's and the run's value where they are not the one shown. */
function otherValues(inFile: unknown, running: unknown): TemplateResult | typeof nothing {
  if (inFile === undefined && running === undefined) return nothing;
  const parts = sameJson(inFile, running)
    ? [`file and run ${formatValue(inFile)}`]
    : [
        ...(inFile === undefined ? [] : [`file ${formatValue(inFile)}`]),
        ...(running === undefined ? [] : [`run ${formatValue(running)}`]),
      ];
  return html`${parts.map((part) => html`<span class="field-other">${part}</span>`)}`;
}

function control(field: Field, id: string, shown: unknown, set: SetValue): TemplateResult {
  switch (field.kind) {
    case "number":
      return numberControl(field, id, Number(shown), set);
    case "choice":
      return choiceControl(field, id, String(shown), set);
    case "flag":
      return flagControl(field, id, shown === true, set);
  }
}

function numberControl(field: NumberField, id: string, value: number, set: SetValue): TemplateResult {
  const scale = sliderScale(field);
  const problem = numberProblem(field, value);
  const typed = (event: Event): void => {
    const { value: text } = event.target as HTMLInputElement;
    // An emptied field is on its way to a new number.
    if (text.trim() !== "") set(Number(text));
  };
  const slid = (event: Event): void => set(scale.toValue(Number((event.target as HTMLInputElement).value)));
  return html`<div class="field-number">
      <input
        type="range"
        aria-labelledby="${id}-label"
        aria-valuetext="${formatNumber(value, 6)} ${field.unit}"
        min=${scale.minimum}
        max=${scale.maximum}
        step=${scale.step}
        .value=${live(String(scale.toPosition(value)))}
        @input=${slid}
      />
      <input
        type="number"
        id=${id}
        aria-describedby="${id}-hint"
        aria-invalid=${problem !== undefined}
        min=${field.minimum}
        max=${field.maximum}
        step=${field.integer ? 1 : "any"}
        .value=${numberText(value)}
        @input=${typed}
      />
      <span class="unit">${field.unit}</span>
    </div>
    ${problem ? html`<p class="error-text" role="alert">${problem}</p>` : nothing}`;
}

const numberText = (value: number): string => (Number.isFinite(value) ? String(value) : "");

function choiceControl(field: ChoiceField, id: string, value: string, set: SetValue): TemplateResult {
  return html`<select id=${id} aria-describedby="${id}-hint" @change=${(event: Event) => set((event.target as HTMLSelectElement).value)}>
    ${field.options.map((option) => html`<option value=${option} ?selected=${option === value}>${option}</option>`)}
  </select>`;
}

function flagControl(field: FlagField, id: string, value: boolean, set: SetValue): TemplateResult {
  return html`<label class="flag">
    <input
      type="checkbox"
      id=${id}
      aria-describedby="${id}-hint"
      aria-label=${field.label}
      .checked=${live(value)}
      @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
    />
    ${value ? "On" : "Off"}
  </label>`;
}
