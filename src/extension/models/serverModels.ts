/** A model of one server: its address, the key it wants, and the models it lists, asked for one after the other. */
import { l10n, ThemeIcon } from "vscode";
import type { ModelServer } from "../../protocol/engine.ts";
import { completeAddress, isServerAddress, originOf, secretInAddress } from "../../protocol/serverAddress.ts";
import { askText, pickOne, showWarningMessage } from "../platform/dialogs.ts";
import { inProgress } from "../platform/progress.ts";
import { type ChosenModel, listedChoice, type ModelChoice } from "./modelChoices.ts";
import type { KeysGiven } from "./modelKeys.ts";
import type { ModelsServices } from "./services.ts";

const TITLE = l10n.t("Connect a model");

export interface ServerModel extends ChosenModel {
  readonly apiKey?: string;
  /** The key was typed just now, and is not stored yet. */
  readonly isNewKey: boolean;
}

/** What the server may be asked with. */
interface Access {
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly isNewKey: boolean;
}

type Services = Pick<ModelsServices, "engine" | "keys">;

/**
 * A question that is dismissed leads back to the address, where that was typed.
 * @param given the address, where it is known
 * @returns undefined when nothing was chosen
 */
export async function chooseServerModel(services: Services, given?: string): Promise<ServerModel | undefined> {
  if (given !== undefined) return modelAt(services, given);
  for (let typed: string | undefined; ; ) {
    typed = await askAddress(typed);
    if (typed === undefined) return undefined;
    const model = await modelAt(services, completeAddress(typed));
    if (model) return model;
  }
}

async function modelAt({ engine, keys }: Services, address: string): Promise<ServerModel | undefined> {
  const stored = await keys.get(address);
  let access: Access = { baseUrl: address, ...(stored !== undefined && { apiKey: stored }), isNewKey: false };
  for (;;) {
    const server = await lookedAt(engine, access);
    if (server) access = { ...access, baseUrl: server.baseUrl };
    if (server?.state === "loading" || server?.state === "slow") {
      const next = await waitOrType(server);
      if (next === undefined) return undefined;
      if (next === "again") continue;
    }
    if (server?.state === "keyed") {
      const key = await askKey(access);
      if (key === undefined) return undefined;
      if (key !== "") {
        access = { ...access, apiKey: key, isNewKey: true };
        continue;
      }
    }
    const model = await chooseModel(access.baseUrl, server);
    return model && { ...access, ...model };
  }
}

/** As a request holds a key that was given for this address. */
export const keysAt = (baseUrl: string, key: string | undefined): KeysGiven =>
  key === undefined ? {} : { keys: [{ origin: originOf(baseUrl), key }] };

async function lookedAt(
  engine: ModelsServices["engine"],
  { baseUrl, apiKey }: Access,
): Promise<ModelServer | undefined> {
  const asked = { baseUrl, ...keysAt(baseUrl, apiKey) };
  const [server] = await inProgress(l10n.t("Asking {0} for its models", baseUrl), () =>
    engine.request("models/detect", asked),
  );
  return server;
}

async function waitOrType({ name, baseUrl, state }: ModelServer): Promise<"again" | "type" | undefined> {
  const what = name || baseUrl;
  const message =
    state === "loading" ? l10n.t("{0} is loading its model.", what) : l10n.t("{0} listens and does not answer.", what);
  const again = l10n.t("Look Again");
  const type = l10n.t("Type a Name");
  const chosen = await showWarningMessage(message, again, type);
  if (chosen === undefined) return undefined;
  return chosen === again ? "again" : "type";
}

async function chooseModel(baseUrl: string, server: ModelServer | undefined): Promise<ChosenModel | undefined> {
  if (server?.state !== "ready") return typeModel(baseUrl, server?.state);
  const another: ModelChoice = {
    label: l10n.t("Another model…"),
    iconPath: new ThemeIcon("edit"),
    description: l10n.t("one that the server does not list"),
  };
  const choices = [...server.listed.map((model) => listedChoice(baseUrl, model)), another];
  const chosen = await pickOne(choices, {
    title: TITLE,
    placeHolder: l10n.t("Model at {0}", baseUrl),
    matchOnDescription: true,
  });
  if (chosen === another) return typeModel(baseUrl, "ready");
  return chosen?.outcome && "connection" in chosen.outcome ? chosen.outcome : undefined;
}

function modelQuestion(baseUrl: string, state: ModelServer["state"] | undefined): string {
  if (state === undefined)
    return l10n.t("No list of models at {0}; type the model's name, or Escape to correct the address", baseUrl);
  if (state === "empty") return l10n.t("{0} has no model yet; type the name of one that it will have", baseUrl);
  return l10n.t("Model, as {0} names it", baseUrl);
}

async function typeModel(baseUrl: string, state: ModelServer["state"] | undefined): Promise<ChosenModel | undefined> {
  const model = await askText({
    title: TITLE,
    prompt: modelQuestion(baseUrl, state),
    validateInput: (typed) => (typed.trim() ? undefined : l10n.t("A name is needed.")),
  });
  return model === undefined ? undefined : { connection: { provider: "openai", baseUrl, model: model.trim() } };
}

async function askAddress(before = ""): Promise<string | undefined> {
  const typed = await askText({
    title: TITLE,
    value: before,
    prompt: l10n.t("Address of the server, with or without http:// and /v1"),
    placeHolder: "127.0.0.1:8000",
    validateInput: addressFault,
  });
  return typed?.trim();
}

function addressFault(text: string): string | undefined {
  if (!isServerAddress(text)) return l10n.t("An address such as http://127.0.0.1:8000/v1 is needed.");
  if (secretInAddress(text) === undefined) return undefined;
  return l10n.t("The address holds a user name, a password or a key. Leave it out: the key is asked for.");
}

function askKey({ baseUrl, apiKey }: Access): Thenable<string | undefined> {
  return askText({
    title: TITLE,
    prompt:
      apiKey === undefined
        ? l10n.t(
            "API key for {0}; empty: the environment variable that the experiment names in apiKeyVariable",
            baseUrl,
          )
        : l10n.t("{0} does not take this key; type another", baseUrl),
    placeHolder: l10n.t("Kept by the editor's secret storage, never in a file"),
    password: true,
  });
}
