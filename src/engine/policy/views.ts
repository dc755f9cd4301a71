/** How a policy reads its sessions, in either history layout (docs/method.md, section 5). */

import { fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { slidingViews, type Views, viewsFromStart } from "../encoder/views.ts";

/** Positions a session of the packed layout gets at most; a longer one is read from a later origin. */
const MAX_POSITIONS = 2048;

/** The switch `feedbackHistory` (section 10) is decided here and nowhere else. */
export function viewsOf({ policy, simulator, fidelity }: Pick<Experiment, "policy" | "simulator" | "fidelity">): Views {
  const { historyLength, slateSize, quit } = simulator;
  const reshaped = fidelityChoice(fidelity, "feedbackHistory") === "reshaped";
  if (policy.layout === "windowed") return { ...slidingViews(Math.max(historyLength, slateSize)), reshaped };
  const steps = quit.rule === "temper" ? Math.ceil(quit.initialTemper / quit.stepCost) : quit.maxTurns;
  const wanted = Math.min(1 + historyLength + steps * slateSize, MAX_POSITIONS);
  return { ...viewsFromStart(Math.max(wanted, 1 + historyLength + slateSize), historyLength), reshaped };
}
