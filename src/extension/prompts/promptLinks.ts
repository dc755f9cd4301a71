/** In experiment files: links from the prompts' names to their files. */
import { findNodeAtLocation, parseTree } from "jsonc-parser";
import { DocumentLink, l10n, type TextDocument } from "vscode";
import { promptRoles } from "../../protocol/promptRole.ts";
import { resolveBeside } from "../experiments/experimentPaths.ts";
import { rangeOf } from "./promptDocuments.ts";

export function promptLinks(document: TextDocument): DocumentLink[] {
  const root = parseTree(document.getText(), [], { allowTrailingComma: true });
  if (!root) return [];
  return promptRoles.flatMap((role) => {
    const node = findNodeAtLocation(root, [role, "prompt"]);
    if (node?.type !== "string" || node.length < 3) return [];
    const inside = { begin: node.offset + 1, end: node.offset + node.length - 1 };
    const link = new DocumentLink(rangeOf(document, inside), resolveBeside(document.uri, String(node.value)));
    link.tooltip = role === "planner" ? l10n.t("Open the planner prompt") : l10n.t("Open the critic prompt");
    return [link];
  });
}
