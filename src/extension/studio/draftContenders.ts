/** The contenders of a trial that is put together in the page -> their texts, as the editor holds them. */
import { posix } from "node:path";
import { l10n, type QuickPickItem, type TextDocument, type Uri, workspace } from "vscode";
import type { WantedContender } from "../../protocol/engine/trials.ts";
import type { PromptText } from "../../protocol/engine.ts";
import type { ContenderWords, TrialDraft } from "../../protocol/studio.ts";
import { EXCLUDED_FILES, resolveBeside } from "../experiments/experimentPaths.ts";
import { pickOne } from "../platform/dialogs.ts";
import { readTextIfPresent } from "../platform/documents.ts";
import { UserError } from "../platform/errors.ts";
import { promptHistory } from "../prompts/promptHistory.ts";
import type { PagePrompt } from "./pagePrompt.ts";
import type { StudioServices } from "./services.ts";

const PROMPT_ENDING = ".lerl.md";
const MOST_FILES = 1000;

interface Sources {
  readonly runs: StudioServices["runs"];
  readonly document: TextDocument;
  readonly planner: PagePrompt;
}

/** @param prompt the planner's, as it stands */
export function contendersOf(
  { contenders }: TrialDraft,
  prompt: PromptText,
  sources: Sources,
): Promise<readonly WantedContender[]> {
  return Promise.all(
    contenders.map(async ({ words, ...own }) => ({ ...(await textOf(words, prompt, sources)), ...own })),
  );
}

async function textOf(
  words: ContenderWords,
  prompt: PromptText,
  { runs, document, planner }: Sources,
): Promise<WantedContender> {
  switch (words.from) {
    case "force":
      return {};
    case "editor":
      return { prompt };
    case "plan":
      return { plan: words.plan };
    case "version": {
      const { runId, hash } = words;
      const version = promptHistory(runs.all, "planner", planner.file.fsPath).find(
        (entry) => entry.runId === runId && entry.hash === hash,
      );
      if (!version) {
        throw new UserError(
          l10n.t("No run has version {0} of {1}. Choose another version.", hash.slice(0, 7), prompt.file),
        );
      }
      const label = l10n.t("version {0}", hash.slice(0, 7));
      return { label, prompt: { file: prompt.file, text: version.text } };
    }
    case "file":
      return { prompt: { file: words.file, text: await readPrompt(words.file, document) } };
  }
}

/** The page may be fooled by what it shows: only prompts of the workspace are read for it. */
async function readPrompt(file: string, document: TextDocument): Promise<string> {
  const uri = resolveBeside(document.uri, file);
  if (!file.endsWith(PROMPT_ENDING) || !workspace.getWorkspaceFolder(uri)) {
    throw new UserError(l10n.t("{0} is no prompt of this workspace (*.lerl.md).", file));
  }
  const text = await readTextIfPresent(uri);
  if (text !== undefined) return text;
  throw new UserError(l10n.t("The prompt file {0} was not found. Choose another.", file));
}

/** A prompt that the person picks, as a path beside the experiment. @param others not offered */
export async function choosePrompt(document: TextDocument, others: readonly Uri[]): Promise<string | undefined> {
  const found = await workspace.findFiles(`**/*${PROMPT_ENDING}`, EXCLUDED_FILES, MOST_FILES);
  const not = new Set(others.map(String));
  const items = found
    .filter((uri) => !not.has(uri.toString()))
    .map((uri): QuickPickItem & { readonly file: string } => ({
      label: workspace.asRelativePath(uri, false),
      file: posix.relative(posix.dirname(document.uri.path), uri.path),
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
  if (items.length === 0) {
    throw new UserError(
      l10n.t("There is no other prompt (*.lerl.md) in this workspace. Save one beside the experiment first."),
    );
  }
  const placeHolder = l10n.t("A planner prompt for the contender");
  return (await pickOne(items, { placeHolder }))?.file;
}
