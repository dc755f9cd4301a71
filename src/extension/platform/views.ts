/** Ids of the views and editors that package.json declares. */

export const views = {
  experiments: "lerl.experiments",
  runs: "lerl.runs",
  reflections: "lerl.reflections",
} as const;

/** The custom editor of `*.lerl.json`. */
export const STUDIO_EDITOR = "lerl.studio";
