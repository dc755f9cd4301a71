/** *LERL: Connect a Model*: choose it, try it, keep its key, and name it in the experiment file. */

import { l10n, type TextDocument, type Uri, window, workspace } from "vscode";
import type { LiveChange, ModelTest, ModelTestResult } from "../../protocol/engine.ts";
import { type PromptRole, promptRoles } from "../../protocol/promptRole.ts";
import { sizeText } from "../../protocol/sizeText.ts";
import { SMALL_MODEL_BYTES } from "../../protocol/smallModel.ts";
import { resolveBeside } from "../experiments/experimentPaths.ts";
import { pickOne, showInformationMessage, showWarningMessage } from "../platform/dialogs.ts";
import { readText, readTextIfPresent } from "../platform/documents.ts";
import { plainText } from "../platform/inert.ts";
import { inProgress } from "../platform/progress.ts";
import { type ChosenModel, type Connection, type ModelOutcome, modelChoices } from "./modelChoices.ts";
import { chooseServerModel, keysAt, type ServerModel } from "./serverModels.ts";
import type { ModelsServices } from "./services.ts";

type Services = Omit<ModelsServices, "log" | "files" | "allowedVariables">;
type Asked = Exclude<Connection, { provider: "offline" }>;

/** @throws UserError where the file cannot be edited, EngineLostError */
export async function connectModel(uri: Uri, services: Services): Promise<void> {
  const chosen = await chooseModel(services);
  if (!chosen) return;
  const { connection, apiKey, isNewKey } = chosen;
  const isAsked = connection.provider !== "offline";
  if (isAsked && !(await isWanted(uri, services, connection, chosen))) return;
  const roles = isAsked ? await pickRoles() : promptRoles;
  if (!roles) return;
  if (isNewKey && apiKey !== undefined && connection.provider === "openai") {
    await services.keys.set(connection.baseUrl, apiKey);
  }
  await writeConnection(uri, connection, roles);
}

async function chooseModel(services: Services): Promise<ServerModel | undefined> {
  const { engine, keys } = services;
  for (;;) {
    const servers = await inProgress(l10n.t("Looking for model servers on this machine"), () =>
      engine.request("models/detect", {}),
    );
    const outcome = await pickModel(await modelChoices(servers));
    if (outcome === undefined) return undefined;
    if (!("ask" in outcome)) {
      const { connection } = outcome;
      const apiKey = connection.provider === "openai" ? await keys.get(connection.baseUrl) : undefined;
      return { ...outcome, ...(apiKey !== undefined && { apiKey }), isNewKey: false };
    }
    if (outcome.ask === "server") return chooseServerModel(services, outcome.baseUrl);
  }
}

async function pickModel(choices: Awaited<ReturnType<typeof modelChoices>>): Promise<ModelOutcome | undefined> {
  const chosen = await pickOne(choices, {
    title: l10n.t("Connect a model"),
    placeHolder: l10n.t("Who plans and reflects"),
    matchOnDescription: true,
  });
  return chosen?.outcome;
}

/** Tries the model, as often as the user wants. */
async function isWanted(
  uri: Uri,
  { engine, editorModels }: Services,
  connection: Asked,
  { toLoad, apiKey }: ServerModel,
): Promise<boolean> {
  const answer = toLoad ? await askedToLoad(toLoad) : "test";
  if (answer !== "test") return answer === "connect";
  editorModels.consent();
  const experiment = await experimentAt(uri);
  const keys = connection.provider === "openai" ? keysAt(connection.baseUrl, apiKey) : {};
  const test = { ...connection, ...keys, ...(experiment && { experiment }) };
  for (;;) {
    const result = await inProgress(l10n.t("Asking {0} for a plan", connection.model), () =>
      engine.request("models/test", test),
    );
    const next = await accepted(result);
    if (next !== "again") return next === "use";
  }
}

/** A large model takes minutes to load, and may push another out of the server's memory. */
async function askedToLoad({ id, bytes }: NonNullable<ChosenModel["toLoad"]>): Promise<"test" | "connect" | undefined> {
  if (bytes !== undefined && bytes <= SMALL_MODEL_BYTES) return "test";
  const test = l10n.t("Load and Try");
  const connect = l10n.t("Connect Without Trying");
  const message =
    bytes === undefined
      ? l10n.t("{0} is not loaded. Trying it makes the server load it.", id)
      : l10n.t("{0} is not loaded. Trying it makes the server load {1}.", id, sizeText(bytes));
  const chosen = await showWarningMessage(message, test, connect);
  if (chosen === undefined) return undefined;
  return chosen === test ? "test" : "connect";
}

/** The experiment a model is wanted for, so that it is asked as a run would; undefined where that cannot be read. */
async function experimentAt(uri: Uri): Promise<ModelTest["experiment"]> {
  const { parseExperiment } = await import("../../protocol/parseExperiment.ts");
  const experimentText = await readText(uri);
  const parsed = parseExperiment(experimentText);
  if (!parsed.ok) return undefined;
  const promptText = await readTextIfPresent(resolveBeside(uri, parsed.value.planner.prompt));
  return promptText === undefined ? undefined : { experimentFile: uri.fsPath, experimentText, promptText };
}

async function accepted(result: ModelTestResult): Promise<"use" | "again" | "no"> {
  const { ok, message, latencyMs, structuredOutput } = result;
  if (ok) {
    void showInformationMessage(l10n.t("{0} It took {1} ms ({2}).", message, latencyMs, structuredOutput));
    return "use";
  }
  const again = l10n.t("Try Again");
  const anyway = l10n.t("Use It Anyway");
  const chosen = await showWarningMessage(l10n.t("The model could not be used: {0}", message), again, anyway);
  if (chosen === undefined) return "no";
  return chosen === again ? "again" : "use";
}

async function pickRoles(): Promise<readonly PromptRole[] | undefined> {
  const items: readonly { label: string; description: string; roles: readonly PromptRole[] }[] = [
    { label: l10n.t("Planner and critic"), description: l10n.t("it plans and writes reflections"), roles: promptRoles },
    { label: l10n.t("Planner only"), description: l10n.t("the critic stays as it is"), roles: ["planner"] },
    { label: l10n.t("Critic only"), description: l10n.t("the planner stays as it is"), roles: ["critic"] },
  ];
  const chosen = await pickOne(items, { title: l10n.t("Use the model for") });
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
  void window.setStatusBarMessage(l10n.t("$(plug) {0}: {1}", names, plainText(model)), 5000);
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
