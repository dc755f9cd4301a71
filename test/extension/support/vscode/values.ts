/** Value classes of the fake `vscode` module. */
import type * as vscode from "vscode";
import { Uri } from "./uri.ts";

export class ThemeColor implements vscode.ThemeColor {
  constructor(readonly id: string) {}
}

export class ThemeIcon implements vscode.ThemeIcon {
  static readonly File = new ThemeIcon("file");
  static readonly Folder = new ThemeIcon("folder");

  constructor(
    readonly id: string,
    readonly color?: vscode.ThemeColor,
  ) {}
}

export class MarkdownString implements vscode.MarkdownString {
  isTrusted?: NonNullable<vscode.MarkdownString["isTrusted"]>;
  supportHtml?: boolean;
  baseUri?: vscode.Uri;

  constructor(
    public value = "",
    public supportThemeIcons = false,
  ) {}

  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }

  appendText(text: string): this {
    this.value += text.replace(/[\\`*_{}[\]()#+\-.!<>|~]/g, "\\$&");
    return this;
  }

  appendCodeblock(text: string, language = ""): this {
    this.value += `\n\`\`\`${language}\n${text}\n\`\`\`\n`;
    return this;
  }
}

export class TreeItem implements vscode.TreeItem {
  label?: string | vscode.TreeItemLabel;
  id?: string;
  description?: string | boolean;
  tooltip?: string | vscode.MarkdownString | undefined;
  iconPath?: string | vscode.IconPath;
  contextValue?: string;
  command?: vscode.Command;
  accessibilityInformation?: vscode.AccessibilityInformation;
  resourceUri?: vscode.Uri;

  constructor(
    labelOrUri: string | vscode.TreeItemLabel | vscode.Uri,
    public collapsibleState: vscode.TreeItemCollapsibleState = 0,
  ) {
    if (labelOrUri instanceof Uri) this.resourceUri = labelOrUri;
    else this.label = labelOrUri as string | vscode.TreeItemLabel;
  }
}

export class RelativePattern implements vscode.RelativePattern {
  readonly baseUri: vscode.Uri;

  constructor(
    base: vscode.WorkspaceFolder | vscode.Uri | string,
    readonly pattern: string,
  ) {
    this.baseUri = typeof base === "string" ? Uri.file(base) : "uri" in base ? base.uri : base;
  }

  get base(): string {
    return this.baseUri.fsPath;
  }
}

export class FileSystemError extends Error implements vscode.FileSystemError {
  static readonly FileNotFound = failure("FileNotFound");
  static readonly FileExists = failure("FileExists");
  static readonly FileNotADirectory = failure("FileNotADirectory");
  static readonly FileIsADirectory = failure("FileIsADirectory");
  static readonly NoPermissions = failure("NoPermissions");
  static readonly Unavailable = failure("Unavailable");

  constructor(
    messageOrUri: string | vscode.Uri = "",
    readonly code = "Unknown",
  ) {
    super(String(messageOrUri));
  }
}

/** Called once the class is there. */
function failure(code: string) {
  return (messageOrUri?: string | vscode.Uri): FileSystemError => new FileSystemError(messageOrUri, code);
}

export class TabInputText implements vscode.TabInputText {
  constructor(readonly uri: vscode.Uri) {}
}

export class TabInputCustom implements vscode.TabInputCustom {
  constructor(
    readonly uri: vscode.Uri,
    readonly viewType: string,
  ) {}
}
