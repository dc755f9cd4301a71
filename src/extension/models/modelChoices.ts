/** What *Connect a Model* offers: servers found on this machine, any server by address, the editor's models, none. */
import { type LanguageModelChat, l10n, lm, type QuickPickItem, QuickPickItemKind } from "vscode";
import type { ModelServer } from "../../protocol/engine.ts";
import { OPENAI_URL } from "./modelKeys.ts";

/** A model as an experiment names it. */
export type Connection =
  | { readonly provider: "openai"; readonly baseUrl: string; readonly model: string }
  | { readonly provider: "vscode"; readonly model: string }
  | { readonly provider: "offline" };

export interface ModelChoice extends QuickPickItem {
  /** Chosen outright, or with questions left: which address, which model, which key. */
  readonly outcome?: Connection | { readonly ask: "server"; readonly baseUrl?: string };
}

export async function modelChoices(servers: readonly ModelServer[]): Promise<readonly ModelChoice[]> {
  const editorModels = await lm.selectChatModels();
  return [
    separator(l10n.t("On this machine")),
    ...(servers.length > 0 ? servers.flatMap(serverChoices) : [nothingFound()]),
    separator(l10n.t("Servers")),
    {
      label: "$(cloud) OpenAI",
      description: OPENAI_URL,
      outcome: { ask: "server", baseUrl: OPENAI_URL },
    },
    {
      label: l10n.t("$(globe) Another server…"),
      description: l10n.t("any address with an OpenAI-compatible API: vLLM, OpenRouter, a company's gateway"),
      outcome: { ask: "server" },
    },
    ...(editorModels.length > 0 ? [separator(l10n.t("The editor's models"))] : []),
    ...editorModels.map(editorChoice),
    separator(l10n.t("No model")),
    {
      label: l10n.t("$(circle-slash) Offline planner and critic"),
      description: l10n.t("built in; they do not read the prompts"),
      outcome: { provider: "offline" },
    },
  ];
}

const separator = (label: string): ModelChoice => ({ label, kind: QuickPickItemKind.Separator });

const nothingFound = (): ModelChoice => ({
  label: l10n.t("$(info) No server found"),
  description: l10n.t("Ollama (port 11434), llama.cpp (8080) and LM Studio (1234) were looked for"),
});

function serverChoices({ name, baseUrl, models }: ModelServer): readonly ModelChoice[] {
  return models.map((model) => ({
    label: `$(server) ${model}`,
    description: `${name} · ${baseUrl}`,
    outcome: { provider: "openai", baseUrl, model },
  }));
}

function editorChoice({ name, vendor, id, family }: LanguageModelChat): ModelChoice {
  return {
    label: `$(sparkle) ${name}`,
    description: `${vendor} · ${family}`,
    outcome: { provider: "vscode", model: `${vendor}/${id}` },
  };
}
