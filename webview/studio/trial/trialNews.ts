/** What a screen reader hears of the trial in sight: its verdict and its state when they change, not every visit. */
import { isActive } from "../../../src/protocol/run/states.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { stateNames } from "../stateNames.ts";
import { verdictSentences } from "./trialText.ts";

interface Told {
  readonly id: string;
  readonly state: string;
  readonly verdicts: string;
}

export class TrialNews {
  /** The newest, in words. */
  text = "";
  private told: Told | undefined;

  /** @param trial the one in sight as it is now */
  hear(trial: TrialSummary | undefined): void {
    if (!trial) return;
    const before = this.told;
    const now = toldOf(trial);
    this.told = now;
    if (before?.id !== now.id) {
      // One that has ended was chosen by who reads it.
      if (isActive(trial.state)) this.text = `Trial ${trial.name} started.`;
      return;
    }
    if (before.state === now.state && before.verdicts === now.verdicts) return;
    const state = before.state === now.state ? [] : [stateSentence(trial)];
    this.text = [...state, ...newSentences(before, now, trial)].join(" ");
  }
}

const toldOf = ({ id, state, result }: TrialSummary): Told => ({
  id,
  state: state === "starting" ? "running" : state,
  verdicts: result?.pairs.map(({ verdict }) => verdict).join() ?? "",
});

function stateSentence({ state, reason }: TrialSummary): string {
  return `Trial ${stateNames[state].toLowerCase()}.${reason === undefined ? "" : ` ${reason}`}`;
}

/** A verdict that was told while the trial ran is not told again at its end; one that stayed undecided is. */
function newSentences(before: Told, now: Told, trial: TrialSummary): readonly string[] {
  const stayed = before.verdicts === now.verdicts;
  if (stayed && (isActive(trial.state) || !now.verdicts.includes("undecided"))) return [];
  return verdictSentences(trial);
}
