/** What *Connect a Model* offers: servers found on this machine, any server by address, the editor's models, none. */

import { type LanguageModelChat, l10n, lm, type QuickPickItem, QuickPickItemKind, ThemeIcon } from "vscode";
import type { ListedModel, ModelServer } from "../../protocol/engine.ts";
import { OPENAI_URL } from "../../protocol/serverAddress.ts";
import { sizeText } from "../../protocol/sizeText.ts";

/** A model as an experiment names it. */
export type Connection =
  | { readonly provider: "openai"; readonly baseUrl: string; readonly model: string }
  | { readonly provider: "vscode"; readonly model: string }
  | { readonly provider: "offline" };

/** A model, and what trying it would make its server load first. */
export interface ChosenModel {
  readonly connection: Connection;
  readonly toLoad?: ListedModel;
}

/** Chosen outright; or with questions left: which address, which key, which model; or to look once more. */
export type ModelOutcome =
  | ChosenModel
  | { readonly ask: "server"; readonly baseUrl?: string }
  | { readonly ask: "again" };

export interface ModelChoice extends QuickPickItem {
  readonly outcome?: ModelOutcome;
}

export async function modelChoices(servers: readonly ModelServer[]): Promise<readonly ModelChoice[]> {
  const editorModels = await lm.selectChatModels();
  return [
    separator(l10n.t("On this machine")),
    ...(servers.length > 0 ? readyFirst(servers).flatMap(serverChoices) : [nothingFound()]),
    separator(l10n.t("Servers")),
    {
      label: "OpenAI",
      iconPath: new ThemeIcon("cloud"),
      description: OPENAI_URL,
      outcome: { ask: "server", baseUrl: OPENAI_URL },
    },
    {
      label: l10n.t("Another server…"),
      iconPath: new ThemeIcon("globe"),
      description: l10n.t("any address with an OpenAI-compatible API"),
      outcome: { ask: "server" },
    },
    ...(editorModels.length > 0 ? [separator(l10n.t("The editor's models"))] : []),
    ...editorModels.map(editorChoice),
    separator(l10n.t("No model")),
    {
      label: l10n.t("Offline planner and critic"),
      iconPath: new ThemeIcon("circle-slash"),
      description: l10n.t("built in; they do not read the prompts"),
      outcome: { connection: { provider: "offline" } },
    },
  ];
}

/** A model of a server, with what the server says of it. */
export function listedChoice(baseUrl: string, model: ListedModel, place?: string): ModelChoice {
  const { id, chats, loaded, bytes } = model;
  const facts = [
    ...(chats ? [] : [l10n.t("no chat model")]),
    ...(loaded === undefined ? [] : [loaded ? l10n.t("loaded") : l10n.t("not loaded")]),
    ...(bytes === undefined ? [] : [sizeText(bytes)]),
    ...(place === undefined ? [] : [place]),
  ];
  return {
    label: id,
    iconPath: new ThemeIcon("server"),
    description: facts.join(" · "),
    outcome: { connection: { provider: "openai", baseUrl, model: id }, ...(loaded === false && { toLoad: model }) },
  };
}

const separator = (label: string): ModelChoice => ({ label, kind: QuickPickItemKind.Separator });

const nothingFound = (): ModelChoice => ({
  label: l10n.t("No server found"),
  iconPath: new ThemeIcon("search"),
  description: l10n.t("at the usual ports; choose to look again"),
  detail: l10n.t("Ollama 11434, llama.cpp 8080, LM Studio 1234, vLLM 8000"),
  outcome: { ask: "again" },
});

/** What can be chosen at once stands on top. */
const readyFirst = (servers: readonly ModelServer[]): readonly ModelServer[] =>
  servers.toSorted((a, b) => Number(b.state === "ready") - Number(a.state === "ready"));

/** What is said comes before where it is: a long line loses its end. */
function serverChoices({ name, baseUrl, state, listed }: ModelServer): readonly ModelChoice[] {
  const place = `${name} · ${baseUrl}`;
  switch (state) {
    case "ready":
      return listed.map((model) => listedChoice(baseUrl, model, place));
    case "keyed":
      return [
        {
          label: name,
          iconPath: new ThemeIcon("key"),
          description: l10n.t("wants an API key · {0}", baseUrl),
          outcome: { ask: "server", baseUrl },
        },
      ];
    case "empty":
      return [again("package", name, l10n.t("has no model yet; load one and look again · {0}", baseUrl))];
    case "loading":
      return [again("loading", name, l10n.t("is loading its model; choose to look again · {0}", baseUrl))];
    case "slow":
      return [again("watch", name, l10n.t("listens and does not answer; choose to look again · {0}", baseUrl))];
  }
}

const again = (icon: string, name: string, description: string): ModelChoice => ({
  label: name,
  iconPath: new ThemeIcon(icon),
  description,
  outcome: { ask: "again" },
});

function editorChoice({ name, vendor, id, family }: LanguageModelChat): ModelChoice {
  return {
    label: name,
    iconPath: new ThemeIcon("sparkle"),
    description: `${vendor} · ${family}`,
    outcome: { connection: { provider: "vscode", model: `${vendor}/${id}` } },
  };
}
