/** The Studio: the editor for `*.lerl.json` and the command that opens it. */
import { commands, type Disposable, l10n, Uri, window } from "vscode";
import type { StudioEvents } from "../../protocol/studio.ts";
import { resolveTarget } from "../experiments/target.ts";
import { type CommandArguments, registerCommand } from "../platform/commands.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { UserError } from "../platform/errors.ts";
import { STUDIO_EDITOR } from "../platform/views.ts";
import type { StudioServices } from "./services.ts";
import type { StudioEditor } from "./studioEditor.ts";

export interface StudioRoom extends StudioServices {
  readonly studio: StudioEditor;
}

type OpenTarget = CommandArguments["lerl.openStudio"][0];

export function registerStudio({ studio: editor, ...services }: StudioRoom): Disposable {
  const owned = new DisposableStore();
  const open = async (target: OpenTarget, wanted?: StudioEvents["reveal"]): Promise<void> => {
    const file = await fileOf(target, services);
    if (!file) return;
    const run: StudioEvents["reveal"] | undefined = isRun(target) ? { tab: "curves", runId: target.runId } : undefined;
    const reveal = isReveal(wanted) ? wanted : run;
    if (reveal) editor.reveal(file, reveal);
    await commands.executeCommand("vscode.openWith", file, STUDIO_EDITOR);
  };
  owned.addAll(
    window.registerCustomEditorProvider(STUDIO_EDITOR, editor, { supportsMultipleEditorsPerDocument: true }),
    registerCommand(services.log, "lerl.openStudio", open),
  );
  return owned;
}

const isRun = (target: OpenTarget): target is { readonly runId: string } =>
  target !== undefined && !(target instanceof Uri) && "runId" in target;

/** Menus pass what they know of themselves in its place. */
const isReveal = (wanted: StudioEvents["reveal"] | undefined): wanted is StudioEvents["reveal"] =>
  wanted !== undefined && typeof wanted.tab === "string";

/** The experiment that a file, a row or a run stands for. */
async function fileOf(target: OpenTarget, { runs, files }: StudioServices): Promise<Uri | undefined> {
  if (!isRun(target)) return resolveTarget(target, "experiment", files);
  await runs.load();
  const record = runs.get(target.runId);
  if (record) return Uri.file(record.experimentFile);
  throw new UserError(l10n.t("There is no run {0} in this workspace; it may have been deleted.", target.runId));
}
