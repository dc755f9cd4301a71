/** The composition root of the extension: builds what the rooms are given, lets each register itself, ends everything. */
import { type ExtensionContext, env, Uri, window } from "vscode";
import { EngineClient } from "./engine/engineClient.ts";
import { RunStore } from "./engine/runStore.ts";
import { TrialStore } from "./engine/trialStore.ts";
import { ExperimentIndex } from "./experiments/experimentIndex.ts";
import { EditorModels } from "./models/editorModels.ts";
import { ModelKeys } from "./models/modelKeys.ts";
import { AllowedFiles } from "./platform/allowedFiles.ts";
import { AllowedVariables } from "./platform/allowedVariables.ts";
import { DisposableStore } from "./platform/disposables.ts";
import { ApiKeys } from "./platform/secrets.ts";
import { setting } from "./platform/settings.ts";
import { isTrusted } from "./platform/trust.ts";
import { requireWorkspaceFolder } from "./platform/workspaceFolder.ts";
import { rooms, type Services } from "./rooms.ts";
import { Launcher } from "./runs/launcher.ts";
import { StudioEditor } from "./studio/studioEditor.ts";
import { TrialLauncher } from "./trials/trialLauncher.ts";

let engine: EngineClient | undefined;

export function activate(context: ExtensionContext): void {
  const owned = new DisposableStore();
  context.subscriptions.push(owned);
  const services = buildServices(context, owned);
  engine = services.engine;
  for (const register of rooms) owned.add(register(services));
}

/** The engine keeps a checkpoint of what runs and ends before the window is gone. */
export async function deactivate(): Promise<void> {
  await engine?.stop();
}

function buildServices(
  context: ExtensionContext,
  owned: DisposableStore,
): Services & { readonly engine: EngineClient } {
  const log = owned.add(window.createOutputChannel("LERL", { log: true }));
  const editorModels = new EditorModels(context.languageModelAccessInformation);
  const client = owned.add(
    new EngineClient({
      modulePath: Uri.joinPath(context.extensionUri, "dist", "engine.cjs").fsPath,
      locale: env.language,
      log,
      host: { "models/ask": (question, token) => editorModels.ask(question, token) },
      workspaceFolder: requireWorkspaceFolder,
      nodeArguments: () => [`--max-old-space-size=${setting("lerl.engine.memoryMb")}`],
      isTrusted,
      allowedFiles: new AllowedFiles(context.workspaceState),
    }),
  );
  const runs = owned.add(new RunStore(client, log));
  const trials = owned.add(new TrialStore(client, log));
  const files = owned.add(new ExperimentIndex(log));
  const keys = new ApiKeys(context.secrets);
  const allowedVariables = new AllowedVariables(context.workspaceState);
  const modelKeys = new ModelKeys(keys, allowedVariables);
  const launcher = new Launcher({ engine: client, runs, files, modelKeys, editorModels });
  const trialLauncher = new TrialLauncher({ engine: client, trials, files, modelKeys, editorModels });
  const services = { context, log, engine: client, runs, trials, files, launcher, trialLauncher, keys, editorModels };
  return { ...services, allowedVariables, studio: new StudioEditor(services) };
}
