/** *LERL: New Experiment*: a template, a name, where the data lies; then files that can be run at once. */
import { dirname, isAbsolute, relative } from "node:path";
import { commands, FileType, type LogOutputChannel, l10n, Uri, window, workspace } from "vscode";
import type { DataDescription } from "../../protocol/engine.ts";
import type { Override } from "../../protocol/overrides.ts";
import type { EngineClient } from "../engine/engineClient.ts";
import { executeCommand } from "../platform/commands.ts";
import { askText, pickOne } from "../platform/dialogs.ts";
import { fileName } from "../platform/documents.ts";
import { requireWorkspaceFolder } from "../platform/workspaceFolder.ts";
import type { DataPages } from "./dataPages.ts";
import { datasetOf, type OwnData } from "./ownDataset.ts";
import { editsFromSettings, type Template, type TemplateData, templates } from "./templates.ts";

/** Files are shipped in `examples/`; the prompts of all templates are the quickstart's. */
const promptFiles = ["planner.lerl.md", "critic.lerl.md"] as const;
const PROMPT_FOLDER = "quickstart";

export interface NewExperimentRoom {
  readonly extensionUri: Uri;
  readonly engine: Pick<EngineClient, "request">;
  readonly log: LogOutputChannel;
  readonly pages: Pick<DataPages, "show">;
}

/** @throws UserError without a folder, FileSystemError where files cannot be written */
export async function newExperiment(room: NewExperimentRoom): Promise<void> {
  const workspaceUri = Uri.file(requireWorkspaceFolder());
  const template = await pickTemplate();
  if (!template) return;
  const examples = Uri.joinPath(room.extensionUri, "examples");
  for (;;) {
    const folder = await askFolder(workspaceUri, template);
    if (!folder) return;
    const edits = template.data ? await askData(room, template, template.data, folder) : [];
    if (edits === "back") continue;
    if (!edits) return;
    const file = await writeFiles(examples, template, folder, edits);
    // Not left to the file watcher, which may be late or out of handles.
    await executeCommand("lerl.refreshExperiments");
    if (file.path.endsWith(".suite.json")) await commands.executeCommand("vscode.open", file);
    else await executeCommand("lerl.openStudio", file);
    return;
  }
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

/** @returns what the data make of the template; undefined when a question was dismissed, "back" to the one before */
async function askData(
  room: NewExperimentRoom,
  template: Template,
  data: TemplateData,
  folder: Uri,
): Promise<readonly Override[] | "back" | undefined> {
  if (data.asked === undefined) return askOwn(room, template, data, folder);
  const choose = l10n.t("Choose the folder…");
  const later = l10n.t("Later: write the path into the file");
  const answer = await pickOne([{ label: choose }, { label: later }], { title: data.asked });
  if (!answer) return undefined;
  if (answer.label === later) return data.edits(data.placeholder);
  const [chosen] =
    (await window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, title: data.asked })) ?? [];
  return chosen && data.edits(besideFolder(folder, chosen.fsPath));
}

async function askOwn(
  { extensionUri, engine, log, pages }: NewExperimentRoom,
  template: Template,
  { edits, placeholder }: TemplateData,
  folder: Uri,
): Promise<readonly Override[] | "back" | undefined> {
  const { askOwnData } = await import("./ownData.ts");
  const examples = Uri.joinPath(extensionUri, "examples");
  const editsOf = (data: OwnData): readonly Override[] => [
    ...edits(placeholder),
    { path: "dataset", value: datasetOf(data, (path) => besideFolder(folder, path)) },
  ];
  const look = async (data: OwnData): Promise<DataDescription> =>
    pages.show(mainFile(template, folder), await experimentText(examples, template, editsOf(data)));
  const told = await askOwnData({ engine, log, look });
  if (told === "back") return told;
  if (told === "cancel") return undefined;
  return told === "later" ? edits(placeholder) : editsOf(told);
}

const isSuite = ({ example }: Template): boolean => example.endsWith(".suite.json");

const mainFile = (template: Template, folder: Uri): Uri =>
  Uri.joinPath(folder, `${template.id}.${isSuite(template) ? "suite" : "lerl"}.json`);

async function experimentText(examples: Uri, template: Template, edits: readonly Override[]): Promise<string> {
  const text = await readShipped(Uri.joinPath(examples, template.example));
  return edited(adapted(text, template), [...edits, ...editsFromSettings()]);
}

/** Writes the template's file, the base experiment of a suite, and the prompts. Returns the file to open. */
async function writeFiles(examples: Uri, template: Template, folder: Uri, edits: readonly Override[]): Promise<Uri> {
  const main = mainFile(template, folder);
  if (isSuite(template)) {
    const source = Uri.joinPath(examples, template.example);
    const text = await readShipped(source);
    const base = Uri.joinPath(source, "..", await baseExperiment(text));
    await write(main, text);
    await write(Uri.joinPath(folder, fileName(base)), await edited(await readShipped(base), editsFromSettings()));
  } else {
    await write(main, await experimentText(examples, template, edits));
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
