/** *LERL: Connect a Model*: choose it, try it, keep its key, and name it in the experiment file. */
import { l10n, type TextDocument, type Uri, window, workspace } from "vscode";
import type { LiveChange, ModelTestResult } from "../../protocol/engine.ts";
import { type PromptRole, promptRoles } from "../../protocol/promptRole.ts";
import { inProgress } from "../platform/progress.ts";
import type { ApiKeys } from "../platform/secrets.ts";
import { type Connection, type ModelChoice, modelChoices } from "./modelChoices.ts";
import type { ModelsServices } from "./services.ts";

/** @throws UserError where the file cannot be edited, EngineLostError */
export async function connectModel(uri: Uri, services: Omit<ModelsServices, "log" | "files">): Promise<void> {
  const { engine, keys, editorModels } = services;
  const servers = await inProgress(l10n.t("Looking for model servers on this machine"), () =>
    engine.request("models/detect", {}),
  );
  const chosen = await pickModel(await modelChoices(servers));
  const answer = chosen && (await completed(chosen, keys));
  if (!answer) return;
  const { connection, apiKey } = answer;
  if (connection.provider !== "offline") {
    editorModels.consent();
    const result = await inProgress(l10n.t("Asking {0} for a plan", connection.model), () =>
      engine.request("models/test", { ...connection, ...(apiKey !== undefined && { apiKey }) }),
    );
    if (!(await acceptsResult(result))) return;
  }
  const roles = connection.provider === "offline" ? promptRoles : await pickRoles();
  if (!roles) return;
  if (answer.newKey && apiKey !== undefined && connection.provider === "openai") {
    await keys.set(connection.baseUrl, apiKey);
  }
  await writeConnection(uri, connection, roles);
}

async function pickModel(choices: readonly ModelChoice[]): Promise<ModelChoice["outcome"] | undefined> {
  const chosen = await window.showQuickPick(choices, {
    title: l10n.t("Connect a model"),
    placeHolder: l10n.t("Who plans and reflects"),
    matchOnDescription: true,
  });
  return chosen?.outcome;
}

interface Answer {
  readonly connection: Connection;
  readonly apiKey?: string;
  readonly newKey?: boolean;
}

/** Asks what the choice left open; undefined when a question was dismissed. */
async function completed(outcome: NonNullable<ModelChoice["outcome"]>, keys: ApiKeys): Promise<Answer | undefined> {
  if ("provider" in outcome) {
    const stored = outcome.provider === "openai" ? await keys.get(outcome.baseUrl) : undefined;
    return { connection: outcome, ...(stored !== undefined && { apiKey: stored }) };
  }
  const baseUrl = outcome.baseUrl ?? (await askUrl());
  if (baseUrl === undefined) return undefined;
  const model = await window.showInputBox({
    title: l10n.t("Connect a model"),
    prompt: l10n.t("Model, as {0} names it", baseUrl),
    validateInput: (typed) => (typed.trim() ? undefined : l10n.t("A name is needed.")),
  });
  if (model === undefined) return undefined;
  const stored = await keys.get(baseUrl);
  const typed = await askKey(baseUrl, stored !== undefined);
  if (typed === undefined) return undefined;
  const apiKey = typed === "" ? stored : typed;
  return {
    connection: { provider: "openai", baseUrl, model: model.trim() },
    ...(apiKey !== undefined && { apiKey }),
    newKey: typed !== "",
  };
}

async function askUrl(): Promise<string | undefined> {
  const typed = await window.showInputBox({
    title: l10n.t("Connect a model"),
    prompt: l10n.t("Address of the server, usually ending in /v1"),
    placeHolder: "http://127.0.0.1:8000/v1",
    validateInput: (text) =>
      /^https?:\/\//.test(text.trim()) && URL.canParse(text.trim())
        ? undefined
        : l10n.t("An address such as http://127.0.0.1:8000/v1 is needed."),
  });
  return typed?.trim();
}

function askKey(baseUrl: string, isStored: boolean): Thenable<string | undefined> {
  return window.showInputBox({
    title: l10n.t("Connect a model"),
    prompt: isStored
      ? l10n.t("API key for {0}; empty: the stored one", baseUrl)
      : l10n.t("API key for {0}; empty: none, or the environment's OPENAI_API_KEY", baseUrl),
    placeHolder: l10n.t("Kept by the editor's secret storage, never in a file"),
    password: true,
  });
}

async function acceptsResult({ ok, message, latencyMs, structuredOutput }: ModelTestResult): Promise<boolean> {
  if (ok) {
    void window.showInformationMessage(l10n.t("{0} It took {1} ms ({2}).", message, latencyMs, structuredOutput));
    return true;
  }
  const anyway = l10n.t("Use It Anyway");
  return (await window.showWarningMessage(l10n.t("The model could not be used: {0}", message), anyway)) === anyway;
}

async function pickRoles(): Promise<readonly PromptRole[] | undefined> {
  const items: readonly { label: string; description: string; roles: readonly PromptRole[] }[] = [
    { label: l10n.t("Planner and critic"), description: l10n.t("it plans and writes reflections"), roles: promptRoles },
    { label: l10n.t("Planner only"), description: l10n.t("the critic stays as it is"), roles: ["planner"] },
    { label: l10n.t("Critic only"), description: l10n.t("the planner stays as it is"), roles: ["critic"] },
  ];
  const chosen = await window.showQuickPick(items, { title: l10n.t("Use the model for") });
  return chosen?.roles;
}

/** The key never stands in the file. A document without unsaved changes is saved again. */
async function writeConnection(uri: Uri, connection: Connection, roles: readonly PromptRole[]): Promise<void> {
  const { editExperiment } = await import("../experiments/experimentEdits.ts");
  const document: TextDocument = await workspace.openTextDocument(uri);
  const { isDirty } = document;
  await editExperiment(
    document,
    roles.flatMap((role) => connectionChanges(role, connection)),
  );
  if (!isDirty) await document.save();
  const names = roles.map((role) => (role === "planner" ? l10n.t("planner") : l10n.t("critic"))).join(", ");
  const model = connection.provider === "offline" ? l10n.t("offline") : connection.model;
  void window.setStatusBarMessage(l10n.t("$(plug) {0}: {1}", names, model), 5000);
}

function connectionChanges(role: PromptRole, connection: Connection): readonly LiveChange[] {
  const model = connection.provider === "offline" ? undefined : connection.model;
  const baseUrl = connection.provider === "openai" ? connection.baseUrl : undefined;
  return [
    { path: `${role}.provider`, value: connection.provider },
    { path: `${role}.baseUrl`, value: baseUrl },
    { path: `${role}.model`, value: model },
  ];
}
