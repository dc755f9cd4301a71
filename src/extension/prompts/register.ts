/** The Prompts room: the language of `*.lerl.md`, its preview, and the links between prompts and experiments. */
import { type Disposable, languages, workspace } from "vscode";
import { DisposableStore } from "../platform/disposables.ts";
import { PromptLenses } from "./codeLenses.ts";
import { PromptDiagnostics } from "./diagnostics.ts";
import { registerLanguageProviders } from "./languageProviders.ts";
import { PREVIEW_SCHEME, PromptPreviews } from "./preview.ts";
import { PreviewLenses } from "./previewLenses.ts";
import { registerPromptCommands } from "./promptCommands.ts";
import { PROMPT_LANGUAGE } from "./promptDocuments.ts";
import { promptLinks } from "./promptLinks.ts";
import { PromptRenderer } from "./rendering.ts";
import type { PromptsServices } from "./services.ts";
import { VERSION_SCHEME, VersionDocuments } from "./versionDocuments.ts";

export function registerPrompts(services: PromptsServices): Disposable {
  const owned = new DisposableStore();
  const renderer = new PromptRenderer(services);
  const previews = owned.add(new PromptPreviews(renderer, services.log));
  const lenses = owned.add(new PromptLenses(services));
  owned.addAll(
    registerLanguageProviders(renderer),
    new PromptDiagnostics(services),
    languages.registerCodeLensProvider({ language: PROMPT_LANGUAGE, scheme: "file" }, lenses),
    languages.registerCodeLensProvider({ scheme: PREVIEW_SCHEME }, new PreviewLenses(previews)),
    languages.registerDocumentLinkProvider({ pattern: "**/*.lerl.json" }, { provideDocumentLinks: promptLinks }),
    workspace.registerTextDocumentContentProvider(VERSION_SCHEME, new VersionDocuments(services.runs)),
    registerPromptCommands(services, previews),
    services.files.onDidChange(() => previews.refreshAll()),
    services.runs.onDidChangeReflections(() => previews.refreshAll()),
  );
  return owned;
}
