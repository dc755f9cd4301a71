// Packs an extension into the .vsix a user would install; the same content is packed once.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import vsce from "@vscode/vsce";

const repositoryFolder = join(import.meta.dirname, "..");
const cacheFolder = join(repositoryFolder, ".cache", "vsix");

async function contentHash(folder) {
  const files = await vsce.listFiles({ cwd: folder, packageManager: vsce.PackageManager.None });
  const hash = createHash("sha256");
  for (const file of ["package.json", ...files].toSorted()) {
    hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Returns the path of the packaged extension in `folder` (the repository itself by default), packing it if it changed. */
export async function packageExtension(folder = repositoryFolder) {
  const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const packagePath = join(cacheFolder, `${name}-${await contentHash(folder)}.vsix`);
  if (existsSync(packagePath)) return packagePath;

  mkdirSync(cacheFolder, { recursive: true });
  const older = readdirSync(cacheFolder).filter((file) => file.startsWith(`${name}-`));
  const partial = `${packagePath}.${process.pid}`;
  await vsce.createVSIX({
    cwd: folder,
    packagePath: partial,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
    skipLicense: folder !== repositoryFolder,
  });
  renameSync(partial, packagePath);
  for (const file of older) rmSync(join(cacheFolder, file), { force: true });
  return packagePath;
}
