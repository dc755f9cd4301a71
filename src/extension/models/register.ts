/** The Models room: connecting a model and forgetting its key. */
import { type Disposable, l10n } from "vscode";
import { resolveTarget } from "../experiments/target.ts";
import { registerCommand } from "../platform/commands.ts";
import { pickMany, showInformationMessage } from "../platform/dialogs.ts";
import { DisposableStore } from "../platform/disposables.ts";
import type { ApiKeys } from "../platform/secrets.ts";
import { connectModel } from "./connectModel.ts";
import type { ModelsServices } from "./services.ts";

export function registerModels(services: ModelsServices): Disposable {
  const { log, files, keys } = services;
  const owned = new DisposableStore();
  owned.addAll(
    registerCommand(log, "lerl.connectModel", async (target) => {
      const uri = await resolveTarget(target, "experiment", files);
      if (uri) await connectModel(uri, services);
    }),
    registerCommand(log, "lerl.forgetKeys", () => forgetKeys(keys)),
  );
  return owned;
}

async function forgetKeys(keys: ApiKeys): Promise<void> {
  const servers = await keys.servers();
  if (servers.length === 0) {
    void showInformationMessage(l10n.t("No API key is stored."));
    return;
  }
  const chosen = await pickMany(
    servers.map((label) => ({ label })),
    {
      title: l10n.t("Forget stored API keys"),
      placeHolder: l10n.t("Servers whose keys are to be forgotten"),
    },
  );
  for (const { label } of chosen) await keys.forget(label);
}
