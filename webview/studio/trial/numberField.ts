/** A field for a number. */
import { html, nothing, type TemplateResult } from "lit-html";

interface NumberField {
  /** For one without a label beside it. */
  readonly label?: string;
  readonly className?: string;
  readonly value: number | undefined;
  readonly min: number;
  readonly max: number;
  readonly step?: "any";
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly required?: boolean;
  readonly title?: string;
  /** Undefined: left empty. */
  readonly set: (value: number | undefined) => void;
}

/** What cannot be used is not taken: the field goes back to what it was. */
export function numberField({
  label,
  className,
  value,
  min,
  max,
  step,
  placeholder = "",
  disabled = false,
  required = false,
  title,
  set,
}: NumberField): TemplateResult {
  const shown = value === undefined ? "" : String(value);
  const changed = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    if (!field.checkValidity()) {
      field.reportValidity();
      field.value = shown;
      return;
    }
    set(field.value === "" ? undefined : Number(field.value));
  };
  return html`<input
    type="number"
    class=${className ?? nothing}
    aria-label=${label ?? nothing}
    min=${min}
    max=${max}
    step=${step ?? 1}
    placeholder=${placeholder}
    title=${title ?? nothing}
    ?disabled=${disabled}
    ?required=${required}
    .value=${shown}
    @change=${changed}
  />`;
}
