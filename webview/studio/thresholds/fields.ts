/** The settings the Thresholds pane shows, with range, unit and description from the experiment's JSON Schema. */
import { liveChangePaths } from "../../../src/protocol/engine/liveChangePaths.ts";
import type { QuitRule } from "../../../src/protocol/experiment/simulator.ts";
import { valueAt } from "../../../src/protocol/jsonPath.ts";

interface FieldBase {
  readonly path: string;
  readonly label: string;
  readonly description: string;
  /** Takes effect in a running experiment; else with the next run. */
  readonly live: boolean;
  readonly fallback: unknown;
}

export interface NumberField extends FieldBase {
  readonly kind: "number";
  readonly integer: boolean;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
}

export interface ChoiceField extends FieldBase {
  readonly kind: "choice";
  readonly options: readonly string[];
}

export interface FlagField extends FieldBase {
  readonly kind: "flag";
}

export type Field = NumberField | ChoiceField | FlagField;

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly Field[];
  /** Shown folded. */
  readonly folded: boolean;
}

const quitLabels: Record<QuitRule["rule"], readonly (readonly [string, string])[]> = {
  temper: [
    ["initialTemper", "Initial temper"],
    ["stepCost", "Cost per step"],
    ["repeatCost", "Cost per repeat"],
    ["comparison", "Comparison"],
    ["window", "Window"],
    ["threshold", "Quit threshold"],
    ["categories", "Categories compared"],
  ],
  window: [
    ["window", "Window (N)"],
    ["maxRepeats", "Repeats allowed (M)"],
    ["maxTurns", "Most turns"],
    ["categories", "Categories counted"],
  ],
};

const otherGroups: readonly (readonly [
  title: string,
  folded: boolean,
  fields: readonly (readonly [string, string])[],
])[] = [
  [
    "Reflections",
    false,
    [
      ["reflections.show", "What a plan is shown"],
      ["reflections.k", "Reflections per plan (k)"],
      ["reflections.sampling", "Which reflections"],
      ["reflections.alpha", "Preference for good visits, by score (alpha)"],
      ["reflections.capacity", "Pool capacity"],
    ],
  ],
  [
    "Planning",
    false,
    [
      ["planner.replanEvery", "Replan interval"],
      ["planner.categoriesPerPlan", "Categories per plan"],
    ],
  ],
  [
    "Environment",
    false,
    [
      ["simulator.slateSize", "Slate size (K)"],
      ["simulator.users", "Users in parallel (B)"],
    ],
  ],
  [
    "PPO",
    true,
    [
      ["ppo.learningRates.action", "Learning rate, action"],
      ["ppo.learningRates.value", "Learning rate, value"],
      ["ppo.learningRates.encoder", "Learning rate, encoder"],
      ["ppo.learningRates.std", "Learning rate, std"],
      ["ppo.clip", "Clip range"],
      ["ppo.entropyCoefficient", "Entropy coefficient"],
    ],
  ],
];

export const QUIT_PATH = "simulator.quit";
export const RULE_PATH = `${QUIT_PATH}.rule`;

/** Groups of fields for the quit rule shown. A setting the schema does not know is left out. */
export function fieldGroups(schema: unknown, rule: QuitRule["rule"]): readonly FieldGroup[] {
  const build = (list: readonly (readonly [string, string])[]): Field[] =>
    list.flatMap(([path, label]) => fieldAt(schema, path, label, rule) ?? []);
  return [
    {
      title: "Quit rule",
      folded: false,
      fields: build(quitLabels[rule].map(([key, label]) => [`${QUIT_PATH}.${key}`, label])),
    },
    ...otherGroups.map(([title, folded, fields]) => ({ title, folded, fields: build(fields) })),
  ];
}

const isLive = (path: string): boolean => liveChangePaths.some((live) => path === live || path.startsWith(`${live}.`));

function fieldAt(schema: unknown, path: string, label: string, rule: string): Field | undefined {
  const node = schemaAt(schema, path, rule);
  if (!node) return undefined;
  const base: FieldBase = {
    path,
    label,
    description: typeof node.description === "string" ? node.description : "",
    live: isLive(path),
    fallback: node.default,
  };
  if (node.type === "boolean") return { ...base, kind: "flag" };
  if (Array.isArray(node.enum)) return { ...base, kind: "choice", options: node.enum.map(String) };
  if (node.type !== "integer" && node.type !== "number") return undefined;
  return {
    ...base,
    kind: "number",
    integer: node.type === "integer",
    minimum: typeof node.minimum === "number" ? node.minimum : 0,
    maximum: typeof node.maximum === "number" ? node.maximum : Number.MAX_SAFE_INTEGER,
    unit: typeof node.unit === "string" ? node.unit : "",
  };
}

type SchemaNode = Readonly<Record<string, unknown>>;

/** The schema of one setting; of alternatives the one whose `rule` is the given one. */
function schemaAt(schema: unknown, path: string, rule: string): SchemaNode | undefined {
  let node = schema;
  for (const key of path.split(".")) {
    const variants = valueAt(node, "oneOf") ?? valueAt(node, "anyOf");
    if (Array.isArray(variants)) {
      node = variants.find((variant) => valueAt(variant, "properties.rule.const") === rule);
    }
    node = valueAt(valueAt(node, "properties"), key);
  }
  return typeof node === "object" && node !== null ? (node as SchemaNode) : undefined;
}

// ---------------------------------------------------------------------------------------------------------- sliders

/** How a number field's slider runs: even steps, or even ratios where the range spans more than three decades. */
interface SliderScale {
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  toPosition(value: number): number;
  toValue(position: number): number;
}

const RATIO_POSITIONS = 1000;

export function sliderScale(field: NumberField): SliderScale {
  const { minimum, maximum, integer } = field;
  const smallest = integer
    ? 1
    : typeof field.fallback === "number" && field.fallback > 0
      ? field.fallback / 1000
      : 1e-6;
  const low = minimum > 0 ? minimum : smallest;
  const initial = typeof field.fallback === "number" ? field.fallback : maximum;
  const ratios = minimum > 0 || integer ? maximum / low >= 1000 : initial <= maximum / 500;
  if (!ratios) {
    const step = integer ? 1 : 10 ** Math.floor(Math.log10((maximum - minimum) / 100));
    return { minimum, maximum, step, toPosition: (value) => value, toValue: (position) => rounded(position, integer) };
  }
  const span = Math.log(maximum / low);
  return {
    minimum: 0,
    maximum: RATIO_POSITIONS,
    step: 1,
    toPosition: (value) => (value <= low ? 0 : Math.round((Math.log(value / low) / span) * RATIO_POSITIONS)),
    toValue: (position) => {
      if (position <= 0) return minimum;
      if (position >= RATIO_POSITIONS) return maximum;
      return rounded(Number((low * Math.exp((position / RATIO_POSITIONS) * span)).toPrecision(2)), integer);
    },
  };
}

const rounded = (value: number, integer: boolean): number =>
  integer ? Math.round(value) : Math.round(value * 1e9) / 1e9;

/** What is wrong with a number for this field, in words; undefined when nothing is. */
export function numberProblem(field: NumberField, value: number): string | undefined {
  if (!Number.isFinite(value)) return "Enter a number.";
  if (field.integer && !Number.isInteger(value)) return "Enter a whole number.";
  if (value < field.minimum || value > field.maximum) return `Enter ${field.minimum} to ${field.maximum}.`;
  return undefined;
}
