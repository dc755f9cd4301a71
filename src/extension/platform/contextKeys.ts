/** Every context key the extension sets, with its type: package.json's `when` clauses are checked against them. */
import { commands } from "vscode";

interface ContextKeys {
  /** A run is starting, running or paused in this window. */
  "lerl.runActive": boolean;
  "lerl.runPaused": boolean;
  /** The workspace's experiment files have been looked for and there are none. */
  "lerl.noExperiments": boolean;
  /** The runs have been listed and there are none. */
  "lerl.noRuns": boolean;
  /** A trial goes on in this window. */
  "lerl.trialActive": boolean;
  /** Paths of the prompts that an experiment's planner reads. */
  "lerl.plannerPrompts": readonly string[];
  /** What the Reflection Pool is grouped by. */
  "lerl.reflectionGrouping": "score" | "prompt" | "episode";
  "lerl.reflectionsFiltered": boolean;
  /** The engine gave up; its state says why. */
  "lerl.engineUnavailable": boolean;
}

type ContextKey = keyof ContextKeys;

/** For the test that compares them with package.json: a key that is missing here does not compile. */
export const contextKeys: Readonly<Record<ContextKey, null>> = {
  "lerl.runActive": null,
  "lerl.runPaused": null,
  "lerl.noExperiments": null,
  "lerl.noRuns": null,
  "lerl.trialActive": null,
  "lerl.plannerPrompts": null,
  "lerl.reflectionGrouping": null,
  "lerl.reflectionsFiltered": null,
  "lerl.engineUnavailable": null,
};

const current = new Map<ContextKey, unknown>();

/** Sets a context key; the same value again costs nothing. */
export function setContextKey<K extends ContextKey>(key: K, value: ContextKeys[K]): void {
  if (current.get(key) === value) return;
  current.set(key, value);
  void commands.executeCommand("setContext", key, value);
}
