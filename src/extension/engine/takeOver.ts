/** A run or a trial whose owner cannot be judged from here: another machine's, another container's. */
import { l10n } from "vscode";
import { showWarningMessage } from "../platform/dialogs.ts";
import { UserError } from "../platform/errors.ts";
import { inProgress } from "../platform/progress.ts";
import { EngineInputError } from "./engineErrors.ts";

/**
 * Does something that needs a folder of its own; where its owner cannot be judged, a person is asked whether to take over.
 * @param work with whether to; the engine then watches for a while, and refuses where the owner shows itself
 * @throws UserError where it is not to be taken over
 */
export async function offerTakeOver<T>(work: (takeOver: boolean) => Promise<T>): Promise<T> {
  try {
    return await work(false);
  } catch (error) {
    if (!(error instanceof EngineInputError) || error.code !== "store.locked-elsewhere") throw error;
    const takeOver = l10n.t("Take Over");
    const question = l10n.t("Another process may be at work in this folder. Take it over?");
    const detail = l10n.t(
      "Take it over only if that process is gone. It is watched for 20 seconds, and nothing is done if it shows itself.\n\n{0}",
      error.message,
    );
    const answer = await showWarningMessage(question, { modal: true, detail }, takeOver);
    if (answer !== takeOver) {
      const refused = l10n.t("Nothing was done: another process may be at work in this folder.");
      throw new UserError(refused, [], { cause: error });
    }
    return inProgress(l10n.t("Watching whether the owner shows itself"), () => work(true));
  }
}
