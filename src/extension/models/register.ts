/** The Models room: connecting a model and forgetting its key. */
import { type Disposable, l10n } from "vscode";
import { resolveTarget } from "../experiments/target.ts";
import { registerCommand } from "../platform/commands.ts";
import { pickMany, showInformationMessage } from "../platform/dialogs.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { connectModel } from "./connectModel.ts";
import type { ModelsServices } from "./services.ts";

export function registerModels(services: ModelsServices): Disposable {
  const { log, files } = services;
  const owned = new DisposableStore();
  owned.addAll(
    registerCommand(log, "lerl.connectModel", async (target) => {
      const uri = await resolveTarget(target, "experiment", files);
      if (uri) await connectModel(uri, services);
    }),
    registerCommand(log, "lerl.forgetKeys", () => forgetKeys(services)),
  );
  return owned;
}

/** Stored keys, and the environment's variables that may be sent. */
async function forgetKeys({ keys, allowedVariables }: ModelsServices): Promise<void> {
  const stored = (await keys.servers()).map((server) => ({ label: server, forget: () => keys.forget(server) }));
  const allowed = allowedVariables.all().map((one) => ({
    label: l10n.t("{0} from the environment", one.variable),
    description: one.origin,
    forget: () => allowedVariables.forget(one),
  }));
  if (stored.length + allowed.length === 0) {
    void showInformationMessage(l10n.t("No API key is stored, and no variable may be sent."));
    return;
  }
  const chosen = await pickMany([...stored, ...allowed], {
    title: l10n.t("Forget stored API keys"),
    placeHolder: l10n.t("Keys that are to be forgotten"),
  });
  for (const { forget } of chosen) await forget();
}
