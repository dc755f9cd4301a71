/** Whether a trained user model has learned anything, in words for whoever trusts its answers. */
import type { Dataset } from "../../data/dataset.ts";
import { type Finding, whole } from "../../data/readingText.ts";
import type { UserModelReport } from "./report.ts";

/** Below it a model hardly tells a click from none; guessing has .5. */
const LEAST_AUC = 0.55;
const FEW_ROWS = 1000;

/**
 * @param minRows what a user needs to take part
 * @param ofWhat behind "user model": which one it is, where there are two
 */
export function userModelFindings(
  dataset: Dataset,
  report: UserModelReport,
  minRows: number,
  ofWhat = "",
): readonly Finding[] {
  const finding = (message: string): Finding => ({
    code: "user-model.learned-nothing",
    message: `The user model${ofWhat} has nothing to learn from, so the simulated users tell little of real ones: ${message}`,
  });
  const [click = "is_click"] = dataset.feedbackTypes;
  const { recorded, clicks } = clicksIn(dataset);
  if (clicks === 0) {
    return [
      finding(`no interaction is a click (${click}). Check the feedback column, or clickAt or event of the data.`),
    ];
  }
  if (clicks === recorded) {
    return [finding(`every interaction is a click (${click}). Draw rows without one: dataset.interactions.negatives.`)];
  }
  const few = fewRows(dataset, report, minRows, ofWhat);
  if (few !== undefined) return [{ code: "user-model.few-rows", message: few }];
  const auc = report.auc[click] ?? null;
  if (auc !== null && auc >= LEAST_AUC) return [];
  const what =
    auc === null
      ? `the held-out interactions hold only one kind of response (${click}), so nobody knows how well it ranks`
      : `its AUC on held-out interactions is ${auc.toFixed(3)} (${click}), where guessing has .5`;
  return [
    {
      code: "user-model.weak",
      message: `The user model${ofWhat} hardly tells a click from none: ${what}. Results with it say little of real users; check the feedback, give more data, or train it longer (simulator.responseModel.epochs).`,
    },
  ];
}

function fewRows(
  { log, users }: Dataset,
  report: UserModelReport,
  minRows: number,
  ofWhat: string,
): string | undefined {
  const rows = log.items.length;
  const { trainingRows, droppedUsers } = report;
  if (trainingRows >= FEW_ROWS) return undefined;
  const short =
    droppedUsers === 0
      ? ""
      : `: ${whole(droppedUsers)} of ${whole(users)} users have fewer than ${minRows} (simulator.responseModel.minRows)`;
  return `The user model${ofWhat} was trained on few interactions, ${whole(trainingRows)} of ${whole(rows)}${short}. Results with it say little of real users; use a longer log${droppedUsers === 0 ? "" : " or lower that setting"}.`;
}

function clicksIn({ log }: Dataset): { readonly recorded: number; readonly clicks: number } {
  let [recorded, clicks] = [0, 0];
  for (let row = 0; row < log.items.length; row++) {
    const seen = (log.observed[row] as number) & 1;
    recorded += seen;
    clicks += seen & (log.feedback[row] as number);
  }
  return { recorded, clicks };
}
