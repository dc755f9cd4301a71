/** Asks for the comparison of the chosen runs. */
import { load } from "../loading.ts";
import type { HostQuestions, StateWriter } from "../ports.ts";

export async function compareChosen(app: StateWriter & HostQuestions): Promise<void> {
  const runIds = app.state.page.compared;
  if (runIds.length < 2) return;
  await load(
    app.state.comparison,
    () => app.request("compare", { runIds }),
    (comparison) => {
      if (app.state.page.compared === runIds) app.update({ comparison });
    },
  );
}
