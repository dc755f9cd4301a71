/** Above a preview: whose prompt it is, at which step, and how long. Each can be chosen. */
import { CodeLens, type CodeLensProvider, l10n, Range, type TextDocument } from "vscode";
import { commandLink } from "../platform/commands.ts";
import { plainText } from "../platform/inert.ts";
import type { PromptPreviews } from "./preview.ts";

export class PreviewLenses implements CodeLensProvider {
  readonly onDidChangeCodeLenses: CodeLensProvider["onDidChangeCodeLenses"] & object;

  constructor(private readonly previews: PromptPreviews) {
    this.onDidChangeCodeLenses = previews.onDidRender;
  }

  provideCodeLenses({ uri }: TextDocument): CodeLens[] {
    const choice = this.previews.choiceOf(uri);
    if (!choice) return [];
    const rendering = this.previews.renderingOf(uri);
    const lens = (command: CodeLens["command"] & object) => new CodeLens(new Range(0, 0, 0, 0), command);
    return [
      lens(commandLink("lerl.choosePreviewUser", l10n.t("$(person) User {0}", choice.user), uri)),
      lens(commandLink("lerl.choosePreviewStep", l10n.t("$(debug-step-over) Step {0}", choice.step + 1), uri)),
      ...(rendering
        ? [
            lens({ command: "", title: l10n.t("about {0} tokens", rendering.tokensEstimate.toLocaleString("en")) }),
            lens({ command: "", title: sourceOf(rendering) }),
          ]
        : []),
    ];
  }
}

function sourceOf({ use, run }: NonNullable<ReturnType<PromptPreviews["renderingOf"]>>): string {
  if (!run) return l10n.t("{0}, without reflections: it has not run yet", plainText(use.file.name));
  return l10n.t("{0}, reflections of {1}", plainText(use.file.name), plainText(run.name));
}
