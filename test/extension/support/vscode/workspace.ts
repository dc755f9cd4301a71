/** `workspace` of the fake `vscode` module, on the real file system. */
import { readdirSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import type * as vscode from "vscode";
import { CancellationTokenSource, EventEmitter } from "./events.ts";
import { fileSystem } from "./fileSystem.ts";
import { changeOf, events, host, register } from "./host.ts";
import { notFaked, type Part } from "./parts.ts";
import { TextDocument } from "./textDocument.ts";
import { Uri } from "./uri.ts";
import { WorkspaceEdit } from "./workspaceEdit.ts";

type Untitled = Readonly<{ content?: string; language?: string }>;

/** A file as the editor holds it, opened where it is not open. */
export async function openDocument(uri: vscode.Uri): Promise<TextDocument> {
  const open = host.documents.find((document) => document.uri.toString() === uri.toString());
  if (open) return open;
  const document = new TextDocument(uri, new TextDecoder().decode(await fileSystem.readFile(uri)));
  host.documents.push(document);
  events.opened.fire(document);
  return document;
}

type Provided = readonly [scheme: string, provider: vscode.TextDocumentContentProvider];

/** A document that an extension makes the text of, as that is now. */
async function provideDocument(uri: vscode.Uri): Promise<TextDocument> {
  const provided = host.registrations
    .filter(({ kind }) => kind === "textDocumentContentProvider")
    .map(({ args }) => args as unknown as Provided)
    .find(([scheme]) => scheme === uri.scheme);
  const text = (await provided?.[1].provideTextDocumentContent(uri, new CancellationTokenSource().token)) ?? "";
  const open = host.documents.find((document) => document.uri.toString() === uri.toString());
  if (open) {
    open.replace(text);
    return open;
  }
  const document = new TextDocument(uri, text);
  host.documents.push(document);
  return document;
}

async function openTextDocument(target: vscode.Uri | string | Untitled = {}): Promise<TextDocument> {
  if (target instanceof Uri) return target.scheme === "file" ? openDocument(target) : provideDocument(target);
  if (typeof target === "string") return openDocument(Uri.file(target));
  const { content = "", language } = target as Untitled;
  const untitled = new TextDocument(Uri.parse("untitled:Untitled-1"), content, language);
  host.documents.push(untitled);
  return untitled;
}

async function applyEdit(edit: vscode.WorkspaceEdit): Promise<boolean> {
  const { files } = edit instanceof WorkspaceEdit ? edit : notFaked("edits of other makes");
  for (const { uri, contents } of files) await fileSystem.writeFile(uri, contents);
  for (const [uri, edits] of edit.entries()) {
    const document = await openDocument(uri);
    const last = [...edits].sort((a, b) => document.offsetAt(b.range.start) - document.offsetAt(a.range.start));
    for (const { range, newText } of last) {
      const text = document.getText();
      document.replace(
        text.slice(0, document.offsetAt(range.start)) + newText + text.slice(document.offsetAt(range.end)),
      );
    }
    events.textDocument.fire(changeOf(document));
  }
  return true;
}

function configuration(section?: string): vscode.WorkspaceConfiguration {
  const settingName = (name: string): string => (section ? `${section}.${name}` : name);
  return {
    get: <T>(name: string, initial?: T): T => (host.settings.get(settingName(name)) ?? initial) as T,
    has: (name) => host.settings.has(settingName(name)),
    inspect: () => notFaked("WorkspaceConfiguration.inspect"),
    update: () => notFaked("WorkspaceConfiguration.update"),
  };
}

/** Understands double stars, stars and braces. */
function globPattern(glob: vscode.GlobPattern): RegExp {
  const source = (typeof glob === "string" ? glob : notFaked("patterns relative to a folder"))
    .replace(/[.+^$()|[\]\\]/g, "\\$&")
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(${names.replaceAll(",", "|")})`)
    .replaceAll("**/", "\u0000")
    .replaceAll("**", "\u0001")
    .replaceAll("*", "[^/]*")
    .replaceAll("\u0000", "(.*/)?")
    .replaceAll("\u0001", ".*");
  return new RegExp(`^${source}$`);
}

async function findFiles(
  include: vscode.GlobPattern,
  exclude?: vscode.GlobPattern | null,
  limit = Number.POSITIVE_INFINITY,
): Promise<vscode.Uri[]> {
  const wanted = globPattern(include);
  const unwanted = exclude ? globPattern(exclude) : undefined;
  const found = host.folders.flatMap(({ uri }) =>
    readdirSync(uri.fsPath, { recursive: true, encoding: "utf8" })
      .filter((name) => wanted.test(name) && !unwanted?.test(name))
      .map((name) => Uri.file(join(uri.fsPath, name))),
  );
  return found.slice(0, limit);
}

function fileSystemWatcher(pattern: vscode.GlobPattern): vscode.FileSystemWatcher {
  const [created, changed, deleted] = [new EventEmitter<Uri>(), new EventEmitter<Uri>(), new EventEmitter<Uri>()];
  const registered = register("fileSystemWatcher", pattern, { created, changed, deleted });
  return {
    ignoreCreateEvents: false,
    ignoreChangeEvents: false,
    ignoreDeleteEvents: false,
    onDidCreate: created.event,
    onDidChange: changed.event,
    onDidDelete: deleted.event,
    dispose: () => registered.dispose(),
  };
}

export const workspace: Part<"workspace"> = {
  fs: fileSystem,
  get workspaceFolders() {
    return host.folders.length > 0 ? host.folders : undefined;
  },
  get isTrusted() {
    return host.trusted;
  },
  get textDocuments() {
    return host.documents;
  },
  getWorkspaceFolder: (uri) => host.folders.find((folder) => uri.path.startsWith(`${folder.uri.path}/`)),
  asRelativePath: (target) => {
    const path = typeof target === "string" ? target : target.fsPath;
    const inside = host.folders.map(({ uri }) => relative(uri.fsPath, path)).find((name) => !name.startsWith(".."));
    return inside !== undefined && !isAbsolute(inside) ? inside : path;
  },
  getConfiguration: configuration,
  findFiles,
  createFileSystemWatcher: fileSystemWatcher,
  openTextDocument,
  applyEdit,
  registerTextDocumentContentProvider: (...args) => register("textDocumentContentProvider", ...args),
  onDidChangeTextDocument: events.textDocument.event,
  onDidOpenTextDocument: events.opened.event,
  onDidCloseTextDocument: events.closed.event,
  onDidSaveTextDocument: events.saved.event,
  onWillSaveTextDocument: events.willSave.event,
  onDidChangeWorkspaceFolders: events.folders.event,
  onDidGrantWorkspaceTrust: events.trust.event,
};
