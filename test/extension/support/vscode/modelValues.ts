/** Messages to the editor's models, and their refusals, in the fake `vscode` module. */
import type * as vscode from "vscode";
import { LanguageModelChatMessageRole } from "./enums.ts";

export class LanguageModelTextPart implements vscode.LanguageModelTextPart {
  constructor(public value: string) {}
}

type MessageParts = vscode.LanguageModelChatMessage["content"];

export class LanguageModelChatMessage implements vscode.LanguageModelChatMessage {
  content: MessageParts;

  static User(content: string | MessageParts, name?: string): LanguageModelChatMessage {
    return new LanguageModelChatMessage(LanguageModelChatMessageRole.User, content, name);
  }

  static Assistant(content: string | MessageParts, name?: string): LanguageModelChatMessage {
    return new LanguageModelChatMessage(LanguageModelChatMessageRole.Assistant, content, name);
  }

  constructor(
    public role: vscode.LanguageModelChatMessageRole,
    content: string | MessageParts,
    public name: string | undefined = undefined,
  ) {
    this.content = typeof content === "string" ? [new LanguageModelTextPart(content)] : content;
  }
}

export class LanguageModelError extends Error implements vscode.LanguageModelError {
  code = "Unknown";

  static NoPermissions(message?: string): LanguageModelError {
    return refusal("NoPermissions", message);
  }

  static Blocked(message?: string): LanguageModelError {
    return refusal("Blocked", message);
  }

  static NotFound(message?: string): LanguageModelError {
    return refusal("NotFound", message);
  }
}

const refusal = (code: string, message?: string): LanguageModelError =>
  Object.assign(new LanguageModelError(message), { code });
