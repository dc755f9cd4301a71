/** `workspace.fs` of the fake `vscode` module: the real file system with VS Code's errors. */
import { promises as files } from "node:fs";
import { join } from "node:path";
import type * as vscode from "vscode";
import { FileType } from "./enums.ts";
import { host } from "./host.ts";
import { notFaked } from "./parts.ts";
import { FileSystemError } from "./values.ts";

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw FileSystemError.FileNotFound(message);
    throw code === "EEXIST" ? FileSystemError.FileExists(message) : new FileSystemError(message);
  }
}

export const fileSystem: vscode.FileSystem = {
  readFile: (uri) => onDisk(async () => new Uint8Array(await files.readFile(uri.fsPath))),
  writeFile: (uri, content) =>
    onDisk(async () => {
      await files.mkdir(join(uri.fsPath, ".."), { recursive: true });
      await files.writeFile(uri.fsPath, content);
    }),
  stat: (uri) =>
    onDisk(async () => {
      const found = await files.stat(uri.fsPath);
      const type = found.isDirectory() ? FileType.Directory : found.isFile() ? FileType.File : FileType.Unknown;
      // VS Code says both: that it is a link, and what it leads to.
      const isLink = (await files.lstat(uri.fsPath)).isSymbolicLink();
      return {
        type: isLink ? type | FileType.SymbolicLink : type,
        ctime: found.ctimeMs,
        mtime: found.mtimeMs,
        size: found.size,
      };
    }),
  delete: (uri, { recursive = false, useTrash = false } = {}) =>
    onDisk(async () => {
      if (useTrash && !host.hasTrash) throw new Error("There is no trash here.");
      await files.rm(uri.fsPath, { recursive });
      if (useTrash) host.trashed.push(uri.fsPath);
    }),
  createDirectory: () => notFaked("FileSystem.createDirectory"),
  readDirectory: () => notFaked("FileSystem.readDirectory"),
  copy: () => notFaked("FileSystem.copy"),
  rename: () => notFaked("FileSystem.rename"),
  isWritableFileSystem: () => notFaked("FileSystem.isWritableFileSystem"),
};
