/**
 * The editor's own models (vscode.lm), asked by the engine over its channel. They are the user's: the first question
 * follows an action of theirs, few are open at once, and a window asks a bounded number.
 */
import {
  type CancellationToken,
  CancellationTokenSource,
  type LanguageModelAccessInformation,
  type LanguageModelChat,
  LanguageModelChatMessage,
  LanguageModelError,
  l10n,
  lm,
} from "vscode";
import type { HostRequests } from "../../protocol/engine.ts";
import { UserError } from "../platform/errors.ts";
import { setting } from "../platform/settings.ts";

type Ask = HostRequests["models/ask"];

/** How long after a user's action VS Code's question for permission counts as expected. */
const CONSENT_MS = 60_000;

/** Of a reply: far beyond any answer. A longer one is cut off while it arrives, and read as one that is not complete. */
const MOST_CHARACTERS = 1_000_000;

export class EditorModels {
  private readonly waiting: (() => void)[] = [];
  private open = 0;
  private asked = 0;
  private consentedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly access: Pick<LanguageModelAccessInformation, "canSendRequest">) {}

  /** A user started something that may ask a model. */
  consent(): void {
    this.consentedAt = performance.now();
    this.asked = 0;
  }

  /** @throws UserError when there is no such model, the limit is reached, or the user has not allowed it */
  async ask({ model, messages }: Ask["params"], token: CancellationToken): Promise<Ask["result"]> {
    const limit = setting("lerl.models.editorCallLimit");
    if (limit > 0 && this.asked >= limit) {
      throw new UserError(
        l10n.t("{0} calls were made since the last action; lerl.models.editorCallLimit allows no more.", limit),
      );
    }
    this.asked++;
    await this.turn();
    try {
      return await this.send(await this.find(model), messages, token);
    } finally {
      this.open--;
      this.waiting.shift()?.();
    }
  }

  private async turn(): Promise<void> {
    while (this.open >= Math.max(1, setting("lerl.models.editorConcurrency"))) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.open++;
  }

  /** Models are named as the picker writes them: by id, or `vendor/id`. */
  private async find(name: string): Promise<LanguageModelChat> {
    const models = await lm.selectChatModels();
    const model = models.find(({ id, vendor }) => id === name || `${vendor}/${id}` === name);
    if (model) return model;
    const known = models.map(({ vendor, id }) => `${vendor}/${id}`).join(", ");
    throw new UserError(
      known
        ? l10n.t('The editor has no model "{0}"; it has {1}.', name, known)
        : l10n.t('The editor has no model "{0}", nor any other.', name),
    );
  }

  private async send(
    model: LanguageModelChat,
    messages: Ask["params"]["messages"],
    token: CancellationToken,
  ): Promise<Ask["result"]> {
    if (this.access.canSendRequest(model) !== true && performance.now() - this.consentedAt > CONSENT_MS) {
      throw new UserError(l10n.t("{0} was not allowed yet: resume the run by hand and allow it.", model.name));
    }
    const source = new CancellationTokenSource();
    const listening = token.onCancellationRequested(() => source.cancel());
    try {
      // The API knows no system role: instructions and question are two messages of the user's.
      const sent = messages.map(({ content }) => LanguageModelChatMessage.User(content));
      const justification = l10n.t("LERL asks it for plans and reflections while an experiment runs.");
      const response = await model.sendRequest(sent, { justification }, source.token);
      let text = "";
      for await (const part of response.text) {
        text += part;
        if (text.length > MOST_CHARACTERS) break;
      }
      return { text, model: `${model.vendor}/${model.id}` };
    } catch (error) {
      if (error instanceof LanguageModelError) throw new UserError(error.message, [], { cause: error });
      throw error;
    } finally {
      // Ends what is still being written, too.
      source.cancel();
      source.dispose();
      listening.dispose();
    }
  }
}
