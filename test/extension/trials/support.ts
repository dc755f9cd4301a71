/** The Trials room over a Studio without an editor. */
import { onTestFinished } from "vitest";
import { registerTrials } from "../../../src/extension/trials/register.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { openStudio, type Studio } from "../studio/support.ts";
import { own } from "../support/own.ts";
import { trialSummary } from "../support/trialSummary.ts";
import { resetHost, Uri } from "../support/vscode.ts";

export interface TrialsRoom {
  readonly studio: Studio;
  readonly prompt: Uri;
  /** A trial of the Studio's experiment. */
  trial(changes?: Partial<TrialSummary>): TrialSummary;
}

/** The page is closed unless it is wanted. Ends with the test. */
export async function openRoom({
  page = false,
  prepare = (_folder: string): void => undefined,
} = {}): Promise<TrialsRoom> {
  resetHost();
  const studio = await openStudio(prepare);
  onTestFinished(studio.end);
  if (page) await studio.page.ask("ready", {});
  else studio.page.close();
  own(registerTrials({ ...studio.services, studio: studio.editor }));
  return {
    studio,
    prompt: Uri.joinPath(studio.experiment, "..", "planner.lerl.md"),
    trial: (changes = {}) =>
      trialSummary({ base: { experimentFile: studio.experiment.fsPath, name: "abc" }, ...changes }),
  };
}
