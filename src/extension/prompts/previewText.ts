/** A rendered prompt as text. */
import { l10n } from "vscode";
import type { Rendering } from "./rendering.ts";

export const PREVIEW_LANGUAGE = "lerl-prompt-preview";

export interface PreviewContent {
  /** The last one that succeeded. */
  readonly rendering?: Rendering;
  /** Why the newest text cannot be rendered. */
  readonly problem?: string;
}

/** Short enough to stay on one line beside the prompt. */
const RULE = "━".repeat(24);

export function previewText({ rendering, problem }: PreviewContent): string {
  const lines: string[] = [];
  if (problem !== undefined) {
    lines.push(`⚠ ${problem}`, "");
    if (rendering) lines.push(l10n.t("Below: the last text that could be rendered."), "");
  } else if (!rendering) {
    lines.push(l10n.t("Rendering…"));
  }
  for (const { role, content } of rendering?.messages ?? []) {
    lines.push(`━━ ${role} ${RULE.slice(role.length)}`, "", content, "");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}
