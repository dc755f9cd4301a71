/** *Save as*: a chart's picture or numbers go where the user says. */
import { Uri, window, workspace } from "vscode";
import type { StudioRequests } from "../../protocol/studio.ts";

type SaveFile = StudioRequests["saveFile"];

const kinds: Readonly<Record<string, string>> = { csv: "CSV", png: "PNG", json: "JSON", md: "Markdown" };

/** @param beside the dialog starts in this file's folder */
export async function saveFile(
  beside: Uri,
  { name, content, encoding }: SaveFile["params"],
): Promise<SaveFile["result"]> {
  const extension = /\.(\w+)$/.exec(name)?.[1] ?? "";
  const target = await window.showSaveDialog({
    defaultUri: Uri.joinPath(beside, "..", safeName(name)),
    filters: { [kinds[extension] ?? extension.toUpperCase()]: [extension] },
  });
  if (!target) return { saved: false };
  await workspace.fs.writeFile(target, Buffer.from(content, encoding));
  return { saved: true };
}

/** A run's name may hold anything: in a file's name it leads nowhere. */
const safeName = (name: string): string => name.replace(/[^\p{L}\p{N} ._-]/gu, "-").replace(/^\.+/, "");
