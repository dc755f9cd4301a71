/** Ids of the views and editors that package.json declares. */

export const views = {
  experiments: "lerl.experiments",
  runs: "lerl.runs",
  reflections: "lerl.reflections",
} as const;

/** The custom editor of `*.lerl.json`. */
export const studioEditor = "lerl.studio";

/** Language of experiment and suite files: JSON with comments, with our schema, lenses and icon. */
export const experimentLanguage = "lerl-experiment";
