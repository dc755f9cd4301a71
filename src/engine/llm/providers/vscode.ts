/**
 * The editor's own models, asked through the engine's host (`models/ask` in src/protocol/engine.ts). They take no seed,
 * no schema and no temperature, count no tokens, and want few calls at once.
 */
import type { HostRequests } from "../../../protocol/engine.ts";
import { messageOf } from "../../errors.ts";
import { ProviderError } from "../errors.ts";
import type { ModelRequest, Provider, ProviderReply } from "../types.ts";

type Ask = HostRequests["models/ask"];

export interface VscodeOptions {
  /** Answered by the host; rejects with its message. */
  readonly ask: (params: Ask["params"], signal: AbortSignal) => Promise<Ask["result"]>;
  readonly concurrency?: number;
  /** Calls until the run pauses and a person resumes it. */
  readonly calls?: number;
}

export class VscodeProvider implements Provider {
  readonly kind = "vscode";
  readonly baseUrl = "";
  /** Above these the settings `lerl.models.editorConcurrency` and `editorCallLimit` cannot go; the host keeps to theirs. */
  readonly caps: { readonly concurrency: number; readonly calls: number };

  constructor(private readonly options: VscodeOptions) {
    this.caps = { concurrency: options.concurrency ?? 2, calls: options.calls ?? 1000 };
  }

  async send({ model, messages }: ModelRequest, signal: AbortSignal): Promise<ProviderReply> {
    try {
      const { text, model: answered } = await this.options.ask({ model, messages }, signal);
      return { text, finish: "stop", model: answered };
    } catch (error) {
      signal.throwIfAborted();
      throw new ProviderError("refused", `The editor's model "${model}" did not answer: ${messageOf(error)}`);
    }
  }
}
