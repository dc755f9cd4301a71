/** `workspace` of the fake `vscode` module, on the real file system. */
import { promises as files, readdirSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { Disposable, EventEmitter } from "./events.ts";
import { events, host, register } from "./host.ts";
import { TextDocument, type WorkspaceEdit } from "./text.ts";
import { Uri } from "./uri.ts";
import { FileSystemError } from "./values.ts";

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new FileSystemError(
      message,
      code === "ENOENT" ? "FileNotFound" : code === "EEXIST" ? "FileExists" : "Unknown",
    );
  }
}

const fileSystem = {
  readFile: (uri: Uri) => onDisk(async () => new Uint8Array(await files.readFile(uri.fsPath))),
  writeFile: (uri: Uri, content: Uint8Array) =>
    onDisk(async () => {
      await files.mkdir(join(uri.fsPath, ".."), { recursive: true });
      await files.writeFile(uri.fsPath, content);
    }),
  stat: (uri: Uri) => onDisk(async () => ({ type: (await files.stat(uri.fsPath)).isDirectory() ? 2 : 1 })),
  createDirectory: (uri: Uri) => onDisk(async () => void (await files.mkdir(uri.fsPath, { recursive: true }))),
  readDirectory: (uri: Uri) =>
    onDisk(async () =>
      (await files.readdir(uri.fsPath, { withFileTypes: true })).map((entry) => [entry.name, entry.isFile() ? 1 : 2]),
    ),
  delete: (uri: Uri, options?: { recursive?: boolean; useTrash?: boolean }) =>
    onDisk(() => files.rm(uri.fsPath, { recursive: options?.recursive ?? false })),
  copy: (from: Uri, to: Uri) => onDisk(() => files.cp(from.fsPath, to.fsPath, { recursive: true })),
};

async function openTextDocument(target: Uri | { content?: string; language?: string }): Promise<TextDocument> {
  if (!(target instanceof Uri)) {
    const untitled = new TextDocument(Uri.parse("untitled:Untitled-1"), target.content ?? "", target.language);
    host.documents.push(untitled);
    return untitled;
  }
  const open = host.documents.find(({ uri }) => uri.toString() === target.toString());
  if (open) return open;
  const document = new TextDocument(target, new TextDecoder().decode(await fileSystem.readFile(target)));
  host.documents.push(document);
  events.opened.fire(document);
  return document;
}

async function applyEdit(edit: WorkspaceEdit): Promise<boolean> {
  for (const { uri, contents } of edit.files) await fileSystem.writeFile(uri, contents);
  for (const [uri, edits] of edit.entries()) {
    const document = await openTextDocument(uri);
    const last = [...edits].sort((a, b) => document.offsetAt(b.range.start) - document.offsetAt(a.range.start));
    for (const { range, newText } of last) {
      const text = document.getText();
      document.replace(
        text.slice(0, document.offsetAt(range.start)) + newText + text.slice(document.offsetAt(range.end)),
      );
    }
    events.textDocument.fire({ document });
  }
  return true;
}

/** Understands double stars, stars and braces. */
function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^$()|[\]\\]/g, "\\$&")
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(${names.replaceAll(",", "|")})`)
    .replaceAll("**/", "\u0000")
    .replaceAll("*", "[^/]*")
    .replaceAll("\u0000", "(.*/)?");
  return new RegExp(`^${source}$`);
}

export const workspace = {
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
  getWorkspaceFolder: (uri: Uri) => host.folders.find((folder) => uri.path.startsWith(`${folder.uri.path}/`)),
  asRelativePath: (target: Uri | string) => {
    const path = typeof target === "string" ? target : target.fsPath;
    const inside = host.folders.map(({ uri }) => relative(uri.fsPath, path)).find((name) => !name.startsWith(".."));
    return inside !== undefined && !isAbsolute(inside) ? inside : path;
  },
  getConfiguration: (section?: string) => ({
    get: <T>(name: string, initial?: T) => (host.settings.get(section ? `${section}.${name}` : name) as T) ?? initial,
    update: async (name: string, value: unknown) => {
      host.settings.set(section ? `${section}.${name}` : name, value);
      events.configuration.fire({ affectsConfiguration: (other) => name.startsWith(other) });
    },
  }),
  findFiles: async (pattern: string) =>
    host.folders.flatMap(({ uri }) =>
      readdirSync(uri.fsPath, { recursive: true, encoding: "utf8" })
        .filter((name) => globPattern(pattern).test(name))
        .map((name) => Uri.file(join(uri.fsPath, name))),
    ),
  createFileSystemWatcher: (pattern: unknown) => {
    const [created, changed, deleted] = [new EventEmitter<Uri>(), new EventEmitter<Uri>(), new EventEmitter<Uri>()];
    const registered = register("fileSystemWatcher", pattern, { created, changed, deleted });
    return {
      onDidCreate: created.event,
      onDidChange: changed.event,
      onDidDelete: deleted.event,
      dispose: () => registered.dispose(),
    };
  },
  openTextDocument,
  applyEdit,
  registerTextDocumentContentProvider: (scheme: string, provider: unknown) =>
    register("textDocumentContentProvider", scheme, provider),
  registerFileSystemProvider: (...args: unknown[]) => register("fileSystemProvider", ...args),
  onDidChangeTextDocument: events.textDocument.event,
  onDidOpenTextDocument: events.opened.event,
  onDidCloseTextDocument: events.closed.event,
  onDidSaveTextDocument: events.saved.event,
  onWillSaveTextDocument: events.willSave.event,
  onDidChangeWorkspaceFolders: events.folders.event,
  onDidChangeConfiguration: events.configuration.event,
  onDidGrantWorkspaceTrust: events.trust.event,
  onDidRenameFiles: () => new Disposable(() => undefined),
};
