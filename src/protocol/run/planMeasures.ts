/** Names of what plans are judged by, apart from their schema: the editor needs them when it starts. */

/** In the order in which they are shown. */
export const planMeasures = [
  "usable",
  "askedAgain",
  "different",
  "fromLast",
  "keptClicked",
  "copied",
  "sameness",
] as const;
export type PlanMeasure = (typeof planMeasures)[number];
