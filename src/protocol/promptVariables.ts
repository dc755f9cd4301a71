/**
 * The variables a prompt file may use: one table for rendering, for the documentation and for the editor's completion,
 * hover and diagnostics. Section numbers refer to docs/method.md.
 */
import type { PromptRole } from "./promptRole.ts";

/** What an example may hold; the engine fills in values of the same shape. */
export type PromptValue =
  | string
  | number
  | boolean
  | readonly PromptValue[]
  | { readonly [field: string]: PromptValue };

export interface PromptVariableField {
  readonly name: string;
  readonly type: "number" | "text" | "list" | "flag";
  readonly meaning: string;
  /** Fields of a list's entries. */
  readonly fields?: readonly PromptVariableField[];
}

export interface PromptVariable {
  readonly name: string;
  readonly type: "number" | "text" | "list";
  readonly meaning: string;
  /** A value of the variable's shape; prompts are tried out with it while they are edited. */
  readonly example: PromptValue;
  readonly roles: readonly PromptRole[];
  /** Gives way to a prompt's own variable of this name, which prompts from before it may have. */
  readonly yields?: true;
  /** Fields of a list's entries. */
  readonly fields?: readonly PromptVariableField[];
}

const categoryFields: readonly PromptVariableField[] = [
  { name: "id", type: "number", meaning: "Id of the category; what a plan is made of with planner.answer ids." },
  {
    name: "name",
    type: "text",
    meaning:
      "Its name, in at most 60 characters and, where two have the same, with the id behind it; the id again where the planner sees ids only.",
  },
  {
    name: "label",
    type: "text",
    meaning: "What a plan calls it: the name; with planner.answer ids 2 (Music); with ids only the id.",
  },
];

const countFields: readonly PromptVariableField[] = [
  ...categoryFields,
  { name: "shown", type: "number", meaning: "Items of the category that were recommended." },
  { name: "clicked", type: "number", meaning: "How many of them the user clicked." },
];

/** What is said of the slates taken together. */
const interestsMeaning =
  "The slates taken together: per primary category what was shown and clicked, most clicked first.";

const music = { id: 2, name: "Music", label: "Music" };
const dance = { id: 1, name: "Dance", label: "Dance" };

export const promptVariables: readonly PromptVariable[] = [
  {
    name: "answer",
    type: "text",
    meaning: "What a plan is made of: names or ids (planner.answer).",
    example: "names",
    roles: ["planner"],
    yields: true,
  },
  {
    name: "categories",
    type: "list",
    meaning: "The candidate categories: the closed set a plan is chosen from.",
    example: [dance, music],
    roles: ["planner", "critic"],
    fields: categoryFields,
  },
  {
    name: "global",
    type: "list",
    meaning:
      "The candidate categories once more, in the same order, with what users in general click and what there is to serve: what the offline planner knows of them.",
    example: [
      { ...dance, rate: 31, items: 120 },
      { ...music, rate: 38, items: 85 },
    ],
    roles: ["planner", "critic"],
    yields: true,
    fields: [
      ...categoryFields,
      {
        name: "rate",
        type: "number",
        meaning:
          "Click rate of the category in the log of all users that are not held out, in whole per cent, drawn towards the overall rate where little was logged.",
      },
      { name: "items", type: "number", meaning: "Items that can be served under the category." },
    ],
  },
  {
    name: "profile",
    type: "list",
    meaning:
      "What the user brings along, at most simulator.historyLength logged interactions, by candidate category, most clicked first; empty for a user without any. An item counts in each of its categories, as for the offline planner.",
    example: [
      { ...music, shown: 40, clicked: 22, rate: 55 },
      { ...dance, shown: 30, clicked: 9, rate: 30 },
    ],
    roles: ["planner"],
    yields: true,
    fields: [
      ...categoryFields,
      { name: "shown", type: "number", meaning: "Logged items of the category." },
      {
        name: "clicked",
        type: "number",
        meaning:
          "How many of them the user clicked, or, where clicks were not recorded, gave other feedback than dislike.",
      },
      { name: "rate", type: "number", meaning: "clicked of shown, in whole per cent." },
    ],
  },
  {
    name: "slates",
    type: "list",
    meaning:
      "What was recommended and clicked, oldest first. Planner: the session's last five slates, empty at its start. Critic: the whole session.",
    example: [
      {
        step: 1,
        size: 6,
        clicks: 3,
        repeated: false,
        categories: [
          { ...music, shown: 4, clicked: 3 },
          { ...dance, shown: 2, clicked: 0 },
        ],
      },
    ],
    roles: ["planner", "critic"],
    fields: [
      { name: "step", type: "number", meaning: "Step of the session, from 1; 0 for interactions logged before it." },
      { name: "size", type: "number", meaning: "Items in the slate." },
      { name: "clicks", type: "number", meaning: "Items of it that were clicked." },
      { name: "repeated", type: "flag", meaning: "Whether the quit rule counted the slate as a repeat." },
      { name: "categories", type: "list", meaning: "The slate by primary category.", fields: countFields },
    ],
  },
  {
    name: "interests",
    type: "list",
    meaning: interestsMeaning,
    example: [
      { ...music, shown: 4, clicked: 3 },
      { ...dance, shown: 2, clicked: 0 },
    ],
    roles: ["planner"],
    fields: countFields,
  },
  {
    name: "interests",
    type: "list",
    meaning: interestsMeaning,
    example: [
      { ...music, shown: 4, clicked: 3, usual: 38 },
      { ...dance, shown: 2, clicked: 0, usual: 31 },
    ],
    roles: ["critic"],
    fields: [
      ...countFields,
      {
        name: "usual",
        type: "number",
        meaning: "What users in general click of the category, in whole per cent: rate of global.",
      },
    ],
  },
  {
    name: "leaveOut",
    type: "list",
    meaning:
      "What the last slate showed, and the next had better not: its candidate categories, by what planner.mask allows of an item; empty at the visit's start.",
    example: [music, dance],
    roles: ["planner"],
    yields: true,
    fields: categoryFields,
  },
  {
    name: "reflections",
    type: "list",
    meaning: "Reflections drawn from the pool (section 2), the best outcome first; empty while the pool is.",
    example: [
      {
        text: "Alternating music with sport kept this user for the whole session.",
        score: 9.5,
        outcome: "0.4 better than expected of that user",
      },
    ],
    roles: ["planner"],
    fields: [
      { name: "text", type: "text", meaning: "The reflection, on one line." },
      { name: "score", type: "number", meaning: "Score of the session it was written about." },
      {
        name: "outcome",
        type: "text",
        meaning:
          "The score against what its user was expected to give, in words; with reflections.baseline none, the score.",
      },
    ],
  },
  {
    name: "step",
    type: "number",
    meaning: "The step to plan for, from 1.",
    example: 2,
    roles: ["planner"],
  },
  {
    name: "slateSize",
    type: "number",
    meaning: "Items recommended per step (K).",
    example: 6,
    roles: ["planner", "critic"],
  },
  {
    name: "planSteps",
    type: "number",
    meaning: "Steps the plan will be kept for (planner.replanEvery).",
    example: 1,
    roles: ["planner"],
  },
  {
    name: "most",
    type: "number",
    meaning:
      "Categories that a plan should hold, and may at most where a prompt says it: planner.categoriesPerPlan, half as many again where a plan is kept for several steps.",
    example: 8,
    roles: ["planner"],
    yields: true,
  },
  {
    name: "steps",
    type: "number",
    meaning: "Steps of the finished session (T_int).",
    example: 14,
    roles: ["critic"],
  },
  {
    name: "totalReward",
    type: "number",
    meaning: "Sum of the session's rewards (R_cum), two decimals.",
    example: 6.83,
    roles: ["critic"],
  },
  {
    name: "meanReward",
    type: "number",
    meaning: "Reward per step (R_sin), two decimals.",
    example: 0.49,
    roles: ["critic"],
  },
  {
    name: "repeats",
    type: "number",
    meaning: "Steps the quit rule counted as repeats.",
    example: 5,
    roles: ["critic"],
  },
  {
    name: "ending",
    type: "text",
    meaning: "How the session ended, as a phrase.",
    example: "the user lost patience and left",
    roles: ["critic"],
  },
];

/** The variables a prompt of this role may use, by name. */
export function variablesOf(role: PromptRole): ReadonlyMap<string, PromptVariable> {
  return new Map(promptVariables.filter((v) => v.roles.includes(role)).map((v) => [v.name, v]));
}

/** A context of examples: what a prompt is tried out with where no run is at hand. */
export function exampleContext(role: PromptRole): { readonly [name: string]: PromptValue } {
  return Object.fromEntries([...variablesOf(role)].map(([name, variable]) => [name, variable.example]));
}
