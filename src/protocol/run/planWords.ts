/** Judged plans in words: the same on the command line and in the editor. */
import { type PlanMeasure, planMeasures } from "./planMeasures.ts";
import type { PlanFacts, PlanQuality } from "./planQuality.ts";

export interface PlanColumn {
  readonly label: string;
  /** What it says, in a sentence. */
  readonly about: string;
  readonly text: (value: number) => string;
}

/** A tenth is shown where there is one: 99.6 % is not all. */
const percent = (value: number): string => `${Number((100 * value).toFixed(1))} %`;

export const planColumns: Readonly<Record<PlanMeasure, PlanColumn>> = {
  usable: {
    label: "usable",
    about: "Share of plans that the model gave itself; its stand-in made the others.",
    text: percent,
  },
  askedAgain: { label: "asked again", about: "Share of plans that took a further question.", text: percent },
  different: {
    label: "categories",
    about: "Different categories a plan; plans of the stand-in are left out, as in all that a plan chooses.",
    text: (value) => value.toFixed(1),
  },
  fromLast: {
    label: "from last slate",
    about: "Share of a plan's categories that the slate before showed: planned again, they tire.",
    text: percent,
  },
  keptClicked: {
    label: "clicked kept",
    about:
      "Of the categories clicked in the last five slates and not shown by the last one, the share that a plan keeps.",
    text: percent,
  },
  copied: {
    label: "copied",
    about:
      "Share of plans that are the prompt's own example, the first candidates in the order of the list, or ids in a row.",
    text: percent,
  },
  sameness: {
    label: "same over visits",
    about:
      "Overlap (Jaccard) of plans for the same step of different visits. 100 %: the same whatever the visit; two random plans of k of n categories: about k / (2n - k).",
    text: percent,
  },
};

/** `97 % usable, 6.1 categories, 12 % from last slate, 45 % clicked kept`; undefined without a model's plan. */
export function planQualityText(quality: PlanQuality | undefined): string | undefined {
  if (quality?.usable === undefined) return undefined;
  return planMeasures
    .flatMap((measure) => {
      const value = quality[measure];
      const { text, label } = planColumns[measure];
      return value === undefined ? [] : [`${text(value)} ${label}`];
    })
    .join(", ");
}

/** `6 different, 2 unknown · 1 from the last slate: Dance · keeps 2 of 3 clicked · is the list's first 6` */
export function planSentence(facts: PlanFacts, nameOf: (category: number) => string): string {
  const { different, unknown, fromLast, clicked, kept, copied } = facts;
  return [
    unknown > 0 ? `${different} different, ${unknown} unknown` : `${different} different`,
    ...(fromLast === undefined ? [] : [fromLastText(fromLast.map(nameOf))]),
    ...(clicked > 0 ? [`keeps ${kept} of ${clicked} clicked`] : []),
    ...(copied === "first" ? [`is the list's first ${different}`] : []),
    ...(copied === "row" ? ["is ids in a row"] : []),
  ].join(" · ");
}

const fromLastText = (names: readonly string[]): string =>
  names.length === 0 ? "none from the last slate" : `${names.length} from the last slate: ${names.join(", ")}`;
