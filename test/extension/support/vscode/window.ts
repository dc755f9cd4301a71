/** `window` of the fake `vscode` module: what is shown is kept for the test to read, questions are answered by it. */
import { CancellationTokenSource, EventEmitter } from "./events.ts";
import { events, host, register, type ShownMessage } from "./host.ts";
import type { TextDocument } from "./text.ts";
import type { Uri } from "./uri.ts";

const show =
  (severity: ShownMessage["severity"]) =>
  async (message: string, ...rest: unknown[]): Promise<unknown> => {
    const items = rest.filter(
      (item) => typeof item === "string" || (typeof item === "object" && item && "title" in item),
    );
    const titles = items.map((item) => (typeof item === "string" ? item : (item as { title: string }).title));
    const shown = { severity, message, actions: titles };
    host.messages.push(shown);
    const answer = host.answerMessage(shown);
    return items[titles.indexOf(answer ?? "")];
  };

function logChannel() {
  const log = (level: string) => (message: unknown) => void host.logged.push(`${level} ${String(message)}`);
  return {
    name: "LERL",
    logLevel: 2,
    trace: log("trace"),
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    append: log("append"),
    appendLine: log("append"),
    replace: log("append"),
    clear: () => undefined,
    show: () => host.shown.push("log"),
    hide: () => undefined,
    onDidChangeLogLevel: new EventEmitter<number>().event,
    dispose: () => undefined,
  };
}

type ProgressTask = (
  progress: { report(value: unknown): void },
  token: CancellationTokenSource["token"],
) => PromiseLike<unknown>;

export const window = {
  showInformationMessage: show("info"),
  showWarningMessage: show("warning"),
  showErrorMessage: show("error"),
  showQuickPick: async (items: PromiseLike<{ label: string }[]> | { label: string }[]) => host.answerPick(await items),
  showInputBox: async (options: { prompt?: string; value?: string } = {}) => host.answerInput(options),
  showTextDocument: async (document: TextDocument | unknown) => {
    host.shown.push(document);
    return { document };
  },
  showSaveDialog: async (options: { defaultUri?: Uri } = {}) => host.answerSave(options),
  createOutputChannel: logChannel,
  createTreeView: (id: string, options: unknown) => {
    const selection: unknown[] = [];
    const [visibility, selected, expanded] = [
      new EventEmitter<unknown>(),
      new EventEmitter<unknown>(),
      new EventEmitter<unknown>(),
    ];
    host.trees.set(id, { options, selection });
    const registered = register("treeView", id);
    return {
      selection,
      visible: true,
      onDidChangeVisibility: visibility.event,
      onDidChangeSelection: selected.event,
      onDidExpandElement: expanded.event,
      onDidCollapseElement: expanded.event,
      reveal: async () => undefined,
      dispose: () => registered.dispose(),
    };
  },
  registerTreeDataProvider: (id: string, provider: unknown) => register("treeDataProvider", id, provider),
  registerCustomEditorProvider: (...args: unknown[]) => register("customEditor", ...args),
  registerWebviewPanelSerializer: (...args: unknown[]) => register("webviewPanelSerializer", ...args),
  registerFileDecorationProvider: (provider: unknown) => register("fileDecorations", provider),
  createStatusBarItem: (...args: unknown[]) => {
    const item: Record<string, unknown> = {
      args,
      text: "",
      visible: false,
      show: () => {
        item.visible = true;
      },
      hide: () => {
        item.visible = false;
      },
      dispose: () => undefined,
    };
    host.statusBarItems.push(item);
    return item;
  },
  setStatusBarMessage: (text: string) => {
    host.shown.push(text);
    return register("statusBarMessage", text);
  },
  createTextEditorDecorationType: () => ({ dispose: () => undefined }),
  withProgress: (options: { title: string }, task: ProgressTask) => {
    const source = new CancellationTokenSource();
    const reports: unknown[] = [];
    host.progress.push({ title: options.title, reports, cancel: () => source.cancel() });
    return task({ report: (value) => void reports.push(value) }, source.token);
  },
  get activeTextEditor() {
    return host.activeEditor;
  },
  get visibleTextEditors() {
    return host.activeEditor ? [host.activeEditor] : [];
  },
  tabGroups: {
    get activeTabGroup() {
      return { activeTab: host.activeTab === undefined ? undefined : { input: host.activeTab } };
    },
    onDidChangeTabs: events.tabs.event,
  },
  onDidChangeActiveTextEditor: events.editor.event,
  onDidChangeVisibleTextEditors: events.editor.event,
  onDidChangeTextEditorSelection: events.editor.event,
};
