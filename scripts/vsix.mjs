// Packs an extension into the .vsix a user would install; the same content is packed once.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import vsce from "@vscode/vsce";

const repositoryFolder = join(import.meta.dirname, "..");
const cacheFolder = join(repositoryFolder, ".cache", "vsix");

const filesOf = async (folder) => {
  const files = await vsce.listFiles({ cwd: folder, packageManager: vsce.PackageManager.None });
  return [...new Set(["package.json", ...files])].toSorted();
};

/**
 * The README as VS Code shows it beside an installed extension, where relative addresses lead nowhere: without its
 * pictures and its lists of links, and with the words of other links alone.
 */
const packagedReadme = (text) =>
  text
    .replaceAll(/^!\[[^\]]*\]\((?!https:)[^)]*\)\n+/gm, "")
    .replaceAll(/^(?:(?:\[[^\]]+\]\((?!https:)[^)]*\)[ ·]*)+\n)+\n+/gm, "")
    .replaceAll(/\[([^\]]+)\]\((?!https:)[^)]*\)/g, "$1");

function contentOf(folder, file) {
  const path = join(folder, file);
  return file === "README.md" ? packagedReadme(readFileSync(path, "utf8")) : readFileSync(path);
}

function contentHash(folder, files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0`).update(contentOf(folder, file));
  return hash.digest("hex").slice(0, 16);
}

/** Returns the path of the packaged extension in `folder` (the repository itself by default), packing it if it changed. */
export async function packageExtension(folder = repositoryFolder) {
  const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = await filesOf(folder);
  const packagePath = join(cacheFolder, `${name}-${contentHash(folder, files)}.vsix`);
  if (existsSync(packagePath)) return packagePath;

  mkdirSync(cacheFolder, { recursive: true });
  const older = readdirSync(cacheFolder).filter((file) => file.startsWith(`${name}-`) && file.endsWith(".vsix"));
  const staging = mkdtempSync(join(cacheFolder, "staging-"));
  try {
    for (const file of files) {
      mkdirSync(dirname(join(staging, file)), { recursive: true });
      writeFileSync(join(staging, file), contentOf(folder, file));
    }
    // All that lies here is meant to be packed.
    writeFileSync(join(staging, ".vscodeignore"), "");
    const partial = join(staging, "packed.vsix");
    await vsce.createVSIX({
      cwd: staging,
      packagePath: partial,
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
      skipLicense: folder !== repositoryFolder,
    });
    renameSync(partial, packagePath);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  for (const file of older) rmSync(join(cacheFolder, file), { force: true });
  return packagePath;
}
