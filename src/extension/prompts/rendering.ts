/** What a prompt would send now: rendered by the engine for an experiment that names it. */
import { type CancellationToken, l10n, type TextDocument, type Uri } from "vscode";
import type { RenderedPrompt } from "../../protocol/engine.ts";
import type { RunRecord } from "../../protocol/run.ts";
import { type PromptUse, promptInUse } from "../experiments/promptUses.ts";
import { readText } from "../platform/documents.ts";
import { UserError } from "../platform/errors.ts";
import type { CurrentValues } from "./explain.ts";
import type { PromptsServices } from "./services.ts";

export interface PreviewChoice {
  /** Index in the data set. */
  readonly user: number;
  /** Slates served before. */
  readonly step: number;
}

export interface Rendering extends RenderedPrompt {
  readonly use: PromptUse;
  /** Whose pool the reflections come from. */
  readonly run?: RunRecord;
}

export const firstChoice: PreviewChoice = { user: 0, step: 3 };

export class PromptRenderer {
  /** By prompt: what its variables held when it was last rendered. */
  private readonly values = new Map<string, CurrentValues>();

  constructor(private readonly services: Pick<PromptsServices, "engine" | "files" | "runs">) {}

  /** @throws UserError where no experiment names the prompt, EngineInputError for a prompt that cannot be used */
  async render(document: TextDocument, choice: PreviewChoice, token?: CancellationToken): Promise<Rendering> {
    const { uses, run } = await promptInUse(this.services, document.uri);
    const [use] = uses;
    if (!use) {
      throw new UserError(
        l10n.t(
          "No experiment in this workspace names this prompt. Set planner.prompt or critic.prompt in an experiment file to see it rendered.",
        ),
      );
    }
    const rendered = await this.services.engine.request(
      "prompts/render",
      {
        experimentFile: use.file.uri.fsPath,
        experimentText: await readText(use.file.uri),
        role: use.role,
        promptText: document.getText(),
        ...(run && { runId: run.id }),
        ...choice,
      },
      token,
    );
    this.values.set(document.uri.toString(), rendered.variables);
    return { ...rendered, use, ...(run && { run }) };
  }

  /**
   * Current values for hover and completion: those of the last rendering at once, else of one made now; undefined where
   * the prompt cannot be rendered at the moment.
   */
  async valuesFor(document: TextDocument, token: CancellationToken): Promise<CurrentValues | undefined> {
    const known = this.values.get(document.uri.toString());
    if (known) return known;
    const rendered = await this.render(document, firstChoice, token).catch(() => undefined);
    return rendered?.variables;
  }

  forget(prompt: Uri): void {
    this.values.delete(prompt.toString());
  }
}
