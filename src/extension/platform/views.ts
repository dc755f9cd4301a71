/** Ids of the views and editors that package.json declares. */

export const views = {
  experiments: "lerl.experiments",
  runs: "lerl.runs",
  reflections: "lerl.reflections",
} as const;

/** The custom editor of `*.lerl.json`. */
export const studioEditor = "lerl.studio";

/** Experiment and suite files: the editor's own JSON with comments, so that its JSON service knows them. */
export const experimentFiles = "**/*.{lerl,suite}.json";
