/** What can be done with a prompt, in its first line. */
import {
  CodeLens,
  type CodeLensProvider,
  type Disposable,
  type Event,
  EventEmitter,
  l10n,
  Range,
  type TextDocument,
} from "vscode";
import { experimentsOf, usesOf } from "../experiments/promptUses.ts";
import { commandLink } from "../platform/commands.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { previousVersion } from "./promptHistory.ts";
import type { PromptsServices } from "./services.ts";

export class PromptLenses implements CodeLensProvider, Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<void>());
  readonly onDidChangeCodeLenses: Event<void> = this.changed.event;

  constructor(private readonly services: Pick<PromptsServices, "files" | "runs">) {
    this.owned.addAll(
      services.files.onDidChange(() => this.changed.fire()),
      services.runs.onDidChange(() => this.changed.fire()),
    );
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    const { files, runs } = this.services;
    const { uri } = document;
    const uses = usesOf(await files.all(), uri);
    const lens = (link: CodeLens["command"] & object): CodeLens => new CodeLens(new Range(0, 0, 0, 0), link);
    const preview = lens(commandLink("lerl.previewPrompt", l10n.t("$(open-preview) Preview"), uri));
    if (uses.length === 0) return [preview];
    const previous = previousVersion(uses, runs.all, uri, document.getText());
    const experiments = experimentsOf(uses).length;
    return [
      lens(commandLink("lerl.runPrompt", l10n.t("$(play) Run"), uri)),
      // A trial compares plans: words of a critic only cannot be tried.
      ...(uses.some(({ role }) => role === "planner")
        ? [lens(commandLink("lerl.tryPrompt", l10n.t("$(law) Try"), uri))]
        : []),
      preview,
      ...(previous
        ? [lens(commandLink("lerl.comparePromptVersion", l10n.t("$(diff) Compare with Previous Version"), uri))]
        : []),
      lens(
        commandLink(
          "lerl.showPromptExperiments",
          experiments === 1 ? l10n.t("Used by 1 experiment") : l10n.t("Used by {0} experiments", experiments),
          uri,
        ),
      ),
    ];
  }

  dispose(): void {
    this.owned.dispose();
  }
}
