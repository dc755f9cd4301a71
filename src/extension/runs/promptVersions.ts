/** Prompts as runs used them, as read-only documents: `lerl-prompt-version:/<run>/<role>/<hash>/<file>`. */
import { type Disposable, l10n, Uri, window, workspace } from "vscode";
import type { PromptVersion, RunId } from "../../protocol/run.ts";
import type { RunStore } from "../engine/runStore.ts";
import { UserError } from "../platform/errors.ts";

const SCHEME = "lerl-prompt-version";

export function promptVersionUri(runId: RunId, { role, hash, file }: Pick<PromptVersion, "role" | "hash" | "file">): Uri {
  const name = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  return Uri.from({ scheme: SCHEME, path: `/${runId}/${role}/${hash}/${name}` });
}

export function registerPromptVersions(runs: RunStore): Disposable {
  return workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent({ path }) {
      const [, runId = "", role, hash] = path.split("/");
      // After a reload of the window the document asks before anything else does.
      await runs.load();
      return versionOf(runs, runId, role, hash).text;
    },
  });
}

/** @throws UserError */
export async function openPromptVersion(
  runs: RunStore,
  { runId, role, hash }: { readonly runId: RunId } & Pick<PromptVersion, "role" | "hash">,
): Promise<void> {
  const document = await workspace.openTextDocument(promptVersionUri(runId, versionOf(runs, runId, role, hash)));
  await window.showTextDocument(document, { preview: true });
}

function versionOf(runs: RunStore, runId: RunId, role?: string, hash?: string): PromptVersion {
  const version = runs.get(runId)?.prompts.find((prompt) => prompt.role === role && prompt.hash === hash);
  if (version) return version;
  throw new UserError(l10n.t("This prompt version is gone: its run was deleted."));
}
