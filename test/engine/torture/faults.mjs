/**
 * Loaded before a program (`node --import`): counts what it does to files below a folder, and kills it as `kill -9` does
 * at one of these operations: before it, or when half of it is done. Set by the environment:
 *
 * LERL_FAULT_ROOT   the folder
 * LERL_FAULT_AT     number of the operation, from 1; 0: none, they are only counted
 * LERL_FAULT_HOW    "whole": it has not begun; "half": half of its bytes or entries are written
 * LERL_FAULT_NOTE   file that receives the operations in order, a line each; the last is the one at which it was killed
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join, resolve, sep } from "node:path";
import { isMainThread } from "node:worker_threads";

const { LERL_FAULT_ROOT: root = "", LERL_FAULT_HOW: how, LERL_FAULT_NOTE: note = "" } = process.env;
const at = Number(process.env.LERL_FAULT_AT);

const { openSync, writeSync, writeFileSync, readFileSync, readdirSync, rmSync, statSync } = fs;
const { promises } = fs;
/** Operations so far, by name and path. */
const done = [];
/** Paths by descriptor. */
const opened = new Map();

const isInside = (path) => typeof path === "string" && resolve(path).startsWith(root + sep);
const writes = (flags) =>
  typeof flags === "number"
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
    : /[wa+]/.test(flags ?? "r");

const noteThem = () => writeFileSync(note, done.map((line) => `${line}\n`).join(""));

/** Counts an operation; `half` does half of it where it has halves, all of it where it has none. */
function operation(name, path, half) {
  done.push(`${name} ${path}`);
  if (done.length !== at) return;
  if (how === "half") half();
  noteThem();
  process.kill(process.pid, "SIGKILL");
}

const bytesOf = (data, offset = 0, length = undefined) => {
  const bytes =
    typeof data === "string" ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return bytes.subarray(offset, length === undefined ? undefined : offset + length);
};
const halfOf = (bytes) => bytes.subarray(0, bytes.length >> 1);

/** Wraps a function of a module: `before` is given its arguments. */
function wrap(object, name, before) {
  const original = object[name];
  object[name] = function wrapped(...args) {
    before(original, ...args);
    return original.apply(this, args);
  };
}

/** Half of a write to a descriptor. */
const writeHalf = (descriptor, data, offset, length) => {
  const start = typeof offset === "number" ? offset : 0;
  writeSync(descriptor, halfOf(bytesOf(data, start, typeof length === "number" ? length : undefined)));
};

function wrapDescriptors() {
  fs.openSync = (path, flags, mode) => {
    const counts = isInside(path) && writes(flags);
    if (counts) operation("openSync", path, () => openSync(path, flags, mode));
    const descriptor = openSync(path, flags, mode);
    if (counts) opened.set(descriptor, path);
    else opened.delete(descriptor);
    return descriptor;
  };
  wrap(fs, "writeSync", (_, descriptor, data, offset, length) => {
    const path = opened.get(descriptor);
    if (path !== undefined) operation("writeSync", path, () => writeHalf(descriptor, data, offset, length));
  });
  wrap(fs, "ftruncateSync", (original, descriptor, length) => {
    const path = opened.get(descriptor);
    if (path !== undefined) operation("ftruncateSync", path, () => original(descriptor, length));
  });
  wrap(fs, "fsync", (_, descriptor) => {
    const path = opened.get(descriptor);
    if (path !== undefined) operation("fsync", path, () => undefined);
  });
}

/** Half of what a removal takes: of a folder the first half of its entries. */
function removeHalf(path) {
  const isFolder = fs.existsSync(path) && statSync(path).isDirectory();
  const entries = isFolder ? readdirSync(path).sort() : [];
  if (!isFolder) rmSync(path, { force: true });
  for (const entry of entries.slice(0, Math.ceil(entries.length / 2))) rmSync(join(path, entry), { recursive: true });
}

function wrapPaths() {
  wrap(promises, "writeFile", (_, path, data, options) => {
    const flag = typeof options === "object" ? (options.flag ?? "w") : "w";
    const half = () => writeSync(openSync(path, flag), halfOf(bytesOf(data)));
    if (isInside(path)) operation("writeFile", path, half);
  });
  wrap(promises, "copyFile", (_, from, to) => {
    if (isInside(to)) operation("copyFile", to, () => writeFileSync(to, halfOf(readFileSync(from))));
  });
  wrap(promises, "rm", (_, path) => {
    if (isInside(path) && fs.existsSync(path)) operation("rm", path, () => removeHalf(path));
  });
  // What has no halves is done, and nothing after it.
  for (const name of ["rename", "link", "symlink"]) {
    wrap(promises, name, (_, from, to) => {
      if (isInside(to)) operation(name, to, () => fs[`${name}Sync`](from, to));
    });
  }
  for (const name of ["unlink", "rmdir", "mkdir", "truncate", "appendFile"]) {
    wrap(promises, name, (_, path, ...rest) => {
      if (isInside(path)) operation(name, path, () => fs[`${name}Sync`](path, ...rest));
    });
  }
}

/** Handles of `promises.open`: their methods stand on a prototype that nothing exports. */
async function wrapHandles() {
  const probe = await promises.open(process.execPath, "r");
  const prototype = Object.getPrototypeOf(probe);
  await probe.close();
  const paths = new WeakMap();
  const open = promises.open;
  promises.open = async (path, flags, mode) => {
    const counts = isInside(path) && writes(flags);
    if (counts) operation("open", path, () => openSync(path, flags, mode));
    const handle = await open(path, flags, mode);
    if (counts) paths.set(handle, path);
    return handle;
  };
  const wrapMethod = (name, half) => {
    const original = prototype[name];
    prototype[name] = function wrapped(...args) {
      const path = paths.get(this);
      if (path !== undefined) operation(name, path, () => half(this.fd, ...args));
      return original.apply(this, args);
    };
  };
  wrapMethod("writeFile", (descriptor, data) => writeHalf(descriptor, data));
  wrapMethod("appendFile", (descriptor, data) => writeHalf(descriptor, data));
  wrapMethod("write", writeHalf);
  wrapMethod("truncate", (descriptor, length) => fs.ftruncateSync(descriptor, length));
  wrapMethod("sync", () => undefined);
  wrapMethod("datasync", () => undefined);
}

if (isMainThread && root !== "") {
  wrapDescriptors();
  wrapPaths();
  await wrapHandles();
  syncBuiltinESMExports();
  process.on("exit", noteThem);
}
