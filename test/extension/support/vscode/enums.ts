/** Enumerations of the API: names and numbers as they are there, or it does not compile. */
import type * as vscode from "vscode";

export const TreeItemCollapsibleState: typeof vscode.TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const ProgressLocation: typeof vscode.ProgressLocation = { SourceControl: 1, Window: 10, Notification: 15 };
export const StatusBarAlignment: typeof vscode.StatusBarAlignment = { Left: 1, Right: 2 };
export const QuickPickItemKind: typeof vscode.QuickPickItemKind = { Separator: -1, Default: 0 };
export const TaskScope: typeof vscode.TaskScope = { Global: 1, Workspace: 2 };
export const EndOfLine: typeof vscode.EndOfLine = { LF: 1, CRLF: 2 };
export const FileType: typeof vscode.FileType = { Unknown: 0, File: 1, Directory: 2, SymbolicLink: 64 };
export const DiagnosticSeverity: typeof vscode.DiagnosticSeverity = { Error: 0, Warning: 1, Information: 2, Hint: 3 };
export const LanguageModelChatMessageRole: typeof vscode.LanguageModelChatMessageRole = { User: 1, Assistant: 2 };
export const LogLevel: typeof vscode.LogLevel = { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 };
export const TextDocumentSaveReason: typeof vscode.TextDocumentSaveReason = { Manual: 1, AfterDelay: 2, FocusOut: 3 };
export const ViewColumn: typeof vscode.ViewColumn = {
  Active: -1,
  Beside: -2,
  One: 1,
  Two: 2,
  Three: 3,
  Four: 4,
  Five: 5,
  Six: 6,
  Seven: 7,
  Eight: 8,
  Nine: 9,
};
export const CompletionItemKind: typeof vscode.CompletionItemKind = {
  Text: 0,
  Method: 1,
  Function: 2,
  Constructor: 3,
  Field: 4,
  Variable: 5,
  Class: 6,
  Interface: 7,
  Module: 8,
  Property: 9,
  Unit: 10,
  Value: 11,
  Enum: 12,
  Keyword: 13,
  Snippet: 14,
  Color: 15,
  File: 16,
  Reference: 17,
  Folder: 18,
  EnumMember: 19,
  Constant: 20,
  Struct: 21,
  Event: 22,
  Operator: 23,
  TypeParameter: 24,
  User: 25,
  Issue: 26,
};
export const SymbolKind: typeof vscode.SymbolKind = {
  File: 0,
  Module: 1,
  Namespace: 2,
  Package: 3,
  Class: 4,
  Method: 5,
  Property: 6,
  Field: 7,
  Constructor: 8,
  Enum: 9,
  Interface: 10,
  Function: 11,
  Variable: 12,
  Constant: 13,
  String: 14,
  Number: 15,
  Boolean: 16,
  Array: 17,
  Object: 18,
  Key: 19,
  Null: 20,
  EnumMember: 21,
  Struct: 22,
  Event: 23,
  Operator: 24,
  TypeParameter: 25,
};
