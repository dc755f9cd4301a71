/** `window` of the fake `vscode` module: what is shown is kept for the test to read, questions are answered by it. */
import type * as vscode from "vscode";
import { LogLevel, StatusBarAlignment, ViewColumn } from "./enums.ts";
import { CancellationTokenSource, EventEmitter } from "./events.ts";
import { host, register, type ShownMessage } from "./host.ts";
import { notFaked, type Part, partly } from "./parts.ts";

/** What a test answers is taken for what the caller expects. */
const answered = (answer: unknown): never => answer as never;

const show =
  (severity: ShownMessage["severity"]) =>
  async (
    message: string,
    ...rest: readonly (string | vscode.MessageOptions | vscode.MessageItem)[]
  ): Promise<never> => {
    const items = rest.filter((item) => typeof item === "string" || "title" in item);
    const titles = items.map((item) => (typeof item === "string" ? item : String((item as vscode.MessageItem).title)));
    const options = rest.find((item): item is vscode.MessageOptions => typeof item === "object" && "modal" in item);
    const detail = options?.detail;
    const shown = { severity, message, actions: titles, ...(detail !== undefined && { detail }) };
    host.messages.push(shown);
    const answer = host.answerMessage(shown);
    return answered(items[titles.indexOf(answer ?? "")]);
  };

function logChannel(name: string): vscode.LogOutputChannel {
  const log = (level: string) => (message: unknown) => void host.logged.push(`${level} ${String(message)}`);
  return {
    name,
    logLevel: LogLevel.Debug,
    trace: log("trace"),
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    append: log("append"),
    appendLine: log("append"),
    replace: log("append"),
    clear: () => undefined,
    show: () => void host.shown.push("log"),
    hide: () => undefined,
    onDidChangeLogLevel: new EventEmitter<vscode.LogLevel>().event,
    dispose: () => undefined,
  };
}

function treeView<T>(id: string): vscode.TreeView<T> {
  const registered = register("treeView", id);
  return {
    selection: [],
    visible: true,
    onDidChangeVisibility: new EventEmitter<vscode.TreeViewVisibilityChangeEvent>().event,
    onDidChangeSelection: new EventEmitter<vscode.TreeViewSelectionChangeEvent<T>>().event,
    onDidExpandElement: new EventEmitter<vscode.TreeViewExpansionEvent<T>>().event,
    onDidCollapseElement: new EventEmitter<vscode.TreeViewExpansionEvent<T>>().event,
    onDidChangeCheckboxState: new EventEmitter<vscode.TreeCheckboxChangeEvent<T>>().event,
    reveal: async () => undefined,
    dispose: () => registered.dispose(),
  };
}

function statusBarItem(
  idOrAlignment?: string | vscode.StatusBarAlignment,
  alignmentOrPriority?: vscode.StatusBarAlignment | number,
  priority?: number,
): vscode.StatusBarItem {
  if (typeof idOrAlignment !== "string") notFaked("status bar items without an id");
  return {
    id: idOrAlignment,
    alignment: (alignmentOrPriority as vscode.StatusBarAlignment | undefined) ?? StatusBarAlignment.Left,
    priority,
    name: undefined,
    text: "",
    tooltip: undefined,
    color: undefined,
    backgroundColor: undefined,
    command: undefined,
    accessibilityInformation: undefined,
    show: () => undefined,
    hide: () => undefined,
    dispose: () => undefined,
  };
}

export const window: Part<"window"> = {
  showInformationMessage: show("info"),
  showWarningMessage: show("warning"),
  showErrorMessage: show("error"),
  showQuickPick: async (
    items:
      | readonly string[]
      | readonly vscode.QuickPickItem[]
      | Thenable<readonly string[]>
      | Thenable<readonly vscode.QuickPickItem[]>,
  ): Promise<never> => {
    const offered = (await items).map((item) => (typeof item === "string" ? { label: item } : item));
    return answered(host.answerPick(offered));
  },
  showInputBox: async (options = {}) => host.answerInput(options),
  showTextDocument: async (shown: vscode.TextDocument | vscode.Uri) => {
    host.shown.push(shown);
    return partly<vscode.TextEditor>("getText" in shown ? { document: shown } : {});
  },
  showOpenDialog: async (options = {}) => host.answerOpen(options),
  showSaveDialog: async (options = {}) => host.answerSave(options),
  createOutputChannel: logChannel,
  createTreeView: treeView,
  registerCustomEditorProvider: (...args) => register("customEditor", ...args),
  createStatusBarItem: statusBarItem,
  setStatusBarMessage: (text: string) => {
    host.shown.push(text);
    return register("statusBarMessage", text);
  },
  withProgress: ({ title = "" }, task) => {
    const source = new CancellationTokenSource();
    const reports: unknown[] = [];
    host.progress.push({ title, reports, cancel: () => source.cancel() });
    return task({ report: (value) => void reports.push(value) }, source.token);
  },
  tabGroups: partly<vscode.TabGroups>({
    get activeTabGroup() {
      const activeTab = host.activeTab === undefined ? undefined : partly<vscode.Tab>({ input: host.activeTab });
      return { activeTab, isActive: true, viewColumn: ViewColumn.One, tabs: activeTab ? [activeTab] : [] };
    },
  }),
};
