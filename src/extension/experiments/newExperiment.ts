/** *LERL: New Experiment*: a template, a name, where the data lies; then files that can be run at once. */
import { dirname, isAbsolute, relative } from "node:path";
import { commands, FileType, l10n, Uri, window, workspace } from "vscode";
import type { Override } from "../../protocol/overrides.ts";
import { executeCommand } from "../platform/commands.ts";
import { askText, pickOne } from "../platform/dialogs.ts";
import { fileName } from "../platform/documents.ts";
import { requireWorkspaceFolder } from "../platform/workspaceFolder.ts";
import { editsFromSettings, type Template, templates } from "./templates.ts";

/** Files are shipped in `examples/`; the prompts of all templates are the quickstart's. */
const promptFiles = ["planner.lerl.md", "critic.lerl.md"] as const;
const PROMPT_FOLDER = "quickstart";

/** @throws UserError without a folder, FileSystemError where files cannot be written */
export async function newExperiment(extensionUri: Uri): Promise<void> {
  const workspaceUri = Uri.file(requireWorkspaceFolder());
  const template = await pickTemplate();
  if (!template) return;
  const folder = await askFolder(workspaceUri, template);
  if (!folder) return;
  const data = template.data && (await askData(template.data));
  if (template.data && data === undefined) return;
  const examples = Uri.joinPath(extensionUri, "examples");
  const file = await writeFiles(examples, template, folder, data);
  // Not left to the file watcher, which may be late or out of handles.
  await executeCommand("lerl.refreshExperiments");
  if (file.path.endsWith(".suite.json")) await commands.executeCommand("vscode.open", file);
  else await executeCommand("lerl.openStudio", file);
}

async function pickTemplate(): Promise<Template | undefined> {
  const items = templates().map((template) => ({ label: template.label, detail: template.detail, template }));
  const chosen = await pickOne(items, {
    title: l10n.t("New experiment"),
    placeHolder: l10n.t("What to begin with"),
    matchOnDetail: true,
  });
  return chosen?.template;
}

async function askFolder(parent: Uri, { id }: Template): Promise<Uri | undefined> {
  const name = await askText({
    title: l10n.t("New experiment"),
    prompt: l10n.t("Folder to make in this workspace"),
    value: await freeName(parent, id),
    validateInput: async (typed) => {
      if (!/^[\w][\w. -]*$/.test(typed.trim())) return l10n.t("Letters, digits, spaces, dots, - and _ only.");
      return (await exists(Uri.joinPath(parent, typed.trim())))
        ? l10n.t("{0} exists already.", typed.trim())
        : undefined;
    },
  });
  return name === undefined ? undefined : Uri.joinPath(parent, name.trim());
}

/** @returns the folder chosen, or the placeholder; undefined when the question was dismissed */
async function askData({ asked, placeholder }: NonNullable<Template["data"]>): Promise<string | undefined> {
  const choose = l10n.t("Choose the folder…");
  const later = l10n.t("Later: write the path into the file");
  const answer = await pickOne([{ label: choose }, { label: later }], { title: asked });
  if (!answer) return undefined;
  if (answer.label === later) return placeholder;
  const [folder] = (await window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, title: asked })) ?? [];
  return folder?.fsPath;
}

/** Writes the template's file, the base experiment of a suite, and the prompts. Returns the file to open. */
async function writeFiles(examples: Uri, template: Template, folder: Uri, data: string | undefined): Promise<Uri> {
  const source = Uri.joinPath(examples, template.example);
  const text = await readShipped(source);
  const edits = [
    ...(data === undefined ? [] : (template.data?.edits(besideFolder(folder, data)) ?? [])),
    ...editsFromSettings(),
  ];
  const suite = source.path.endsWith(".suite.json");
  const name = suite ? `${template.id}.suite.json` : `${template.id}.lerl.json`;
  const main = Uri.joinPath(folder, name);
  if (suite) {
    const base = Uri.joinPath(source, "..", await baseExperiment(text));
    await write(main, text);
    await write(Uri.joinPath(folder, fileName(base)), await edited(await readShipped(base), editsFromSettings()));
  } else {
    await write(main, await edited(adapted(text, template), edits));
  }
  for (const prompt of promptFiles) {
    await write(Uri.joinPath(folder, prompt), await readShipped(Uri.joinPath(examples, PROMPT_FOLDER, prompt)));
  }
  return main;
}

/** An example of one data set serves others too: the comments about its own data go. */
function adapted(text: string, { id, example }: Template): string {
  return example.startsWith(`${id}/`) ? text : text.replace(/^\s*\/\/.*\n/gm, "");
}

async function edited(text: string, edits: readonly Override[]): Promise<string> {
  if (edits.length === 0) return text;
  const { applyOverrides } = await import("../../protocol/overrides.ts");
  return applyOverrides(text, edits);
}

async function baseExperiment(suiteText: string): Promise<string> {
  const { parseSuite } = await import("../../protocol/suite.ts");
  const parsed = parseSuite(suiteText);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join("\n"));
  return parsed.value.experiment;
}

async function readShipped(uri: Uri): Promise<string> {
  return new TextDecoder().decode(await workspace.fs.readFile(uri));
}

const write = (uri: Uri, text: string): Thenable<void> => workspace.fs.writeFile(uri, new TextEncoder().encode(text));

/** Data inside the workspace is named relative to the experiment, so that the folder can be moved and shared. */
function besideFolder(folder: Uri, data: string): string {
  if (!isAbsolute(data)) return data;
  const path = relative(folder.fsPath, data);
  const inWorkspace = !relative(dirname(folder.fsPath), data).startsWith("..");
  return inWorkspace ? path.replaceAll("\\", "/") : data;
}

async function freeName(parent: Uri, id: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? id : `${id}-${number}`;
    if (!(await exists(Uri.joinPath(parent, name)))) return name;
  }
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    return (await workspace.fs.stat(uri)).type !== FileType.Unknown;
  } catch {
    // Not there: what is hoped for.
    return false;
  }
}
