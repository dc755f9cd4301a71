/** The commands that begin with a run. */
import { commands, type Disposable, l10n, type TreeView, Uri } from "vscode";
import { isActive, isResumable } from "../../protocol/run/states.ts";
import type { RunRecord } from "../../protocol/run.ts";
import { offerTakeOver } from "../engine/takeOver.ts";
import { resolveBeside } from "../experiments/experimentPaths.ts";
import { writeSuiteReport } from "../experiments/suiteReport.ts";
import { resolveTarget, uriOf } from "../experiments/target.ts";
import { executeCommand, type FileTarget, type RunTarget, registerCommand } from "../platform/commands.ts";
import { askText, showInformationMessage } from "../platform/dialogs.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { offerActions, UserError } from "../platform/errors.ts";
import { formatScore } from "../platform/format.ts";
import { inProgress } from "../platform/progress.ts";
import { versionUri } from "../prompts/versionDocuments.ts";
import { ReportPanels } from "./reportPanel.ts";
import { deleteRuns, revealRunFolder } from "./runFolders.ts";
import type { RunsNode } from "./runsTree.ts";
import { type Choice, noRuns, RunSelection } from "./selection.ts";
import type { RunsServices } from "./services.ts";

/** What the commands work with. */
interface Room extends RunsServices {
  readonly reports: ReportPanels;
  readonly selection: RunSelection;
}

export function registerRunCommands(services: RunsServices, tree: TreeView<RunsNode>): Disposable {
  const owned = new DisposableStore();
  const reports = owned.add(new ReportPanels());
  const room: Room = { ...services, reports, selection: new RunSelection(services.runs, tree) };
  owned.addAll(...steering(room), ...showing(room), ...keeping(room));
  return owned;
}

/** Pausing, going on, stopping. */
function steering({ log, runs, launcher, selection }: Room): readonly Disposable[] {
  const each =
    (choice: () => Choice, work: (record: RunRecord) => Promise<unknown>) =>
    async (clicked?: RunTarget, selected?: readonly RunTarget[]): Promise<void> => {
      // A single run that fits needs no question.
      const fitting = runs.all.filter(choice().fits ?? (() => true));
      const only = !clicked && fitting.length === 1 ? fitting : undefined;
      for (const record of only ?? (await selection.many(clicked, selected, choice()))) await work(record);
    };
  const pause = each(pausable, ({ id }) => launcher.pause(id));
  const resume = each(resumable, ({ id }) => launcher.resume(id));
  const stop = each(stoppable, ({ id }) => launcher.stop(id));
  return [
    registerCommand(log, "lerl.pause", pause),
    registerCommand(log, "lerl.resume", resume),
    registerCommand(log, "lerl.stop", stop),
  ];
}

/** Looking at runs, at several side by side, and at what they are worth. */
function showing(room: Room): readonly Disposable[] {
  const { log, runs, selection } = room;
  return [
    registerCommand(log, "lerl.openRun", async (target) => {
      const record = await selection.one(target, anyRun(l10n.t("Choose the run to open")));
      if (record) await executeCommand("lerl.openStudio", { runId: record.id }, { tab: "curves", runId: record.id });
    }),
    registerCommand(log, "lerl.compareRuns", async (clicked, selected) => {
      const records = await selection.many(clicked, selected, anyRun(l10n.t("Choose the runs to compare")));
      if (records.length > 0) await compare(records);
    }),
    registerCommand(log, "lerl.compareWithLast", (target) => compareWithLast(room, target)),
    registerCommand(log, "lerl.openReport", (clicked, selected) => openReport(room, clicked, selected)),
    registerCommand(log, "lerl.evaluate", (target) => evaluate(room, target)),
    registerCommand(log, "lerl.openPromptVersion", async (target) => {
      const record = target && runs.get(target.runId);
      const version = record?.prompts.find(({ role, hash }) => role === target?.role && hash === target.hash);
      if (!record || !version) return;
      const prompt = resolveBeside(Uri.file(record.experimentFile), version.file);
      await commands.executeCommand("vscode.open", versionUri(prompt, { runId: record.id, hash: version.hash }));
    }),
    registerCommand(log, "lerl.refreshRuns", () => runs.refresh()),
  ];
}

/** A run's folder, its name, a note on it, and its end. */
function keeping({ log, engine, runs, selection }: Room): readonly Disposable[] {
  return [
    registerCommand(log, "lerl.revealRunFolder", async (target) => {
      const run = selection.unreadable(target) ?? (await selection.one(target, anyRun(l10n.t("Choose the run"))));
      if (run) await revealRunFolder(run.id);
    }),
    registerCommand(log, "lerl.noteRun", async (target) => {
      const record = await selection.one(target, anyRun(l10n.t("Choose the run")));
      const note = record && (await askText({ prompt: l10n.t("Note on this run"), value: record.note }));
      if (record && note !== undefined) runs.adopt(await engine.request("runs/describe", { runId: record.id, note }));
    }),
    registerCommand(log, "lerl.renameRun", async (target) => {
      const record = await selection.one(target, anyRun(l10n.t("Choose the run")));
      const name = record && (await askText({ prompt: l10n.t("Name of this run"), value: record.name }));
      if (record && name?.trim()) {
        runs.adopt(await engine.request("runs/describe", { runId: record.id, name: name.trim() }));
      }
    }),
    registerCommand(log, "lerl.deleteRun", async (clicked, selected) => {
      const choice = {
        placeHolder: l10n.t("Choose the runs to delete"),
        none: l10n.t("Stop the run before you delete it."),
      };
      const folders = await selection.folders(clicked, selected, { ...choice, fits: hasEnded });
      for (const runId of await deleteRuns(folders)) runs.forget(runId);
    }),
  ];
}

async function compareWithLast({ runs, files }: Room, target: Target): Promise<void> {
  await runs.load();
  const run = runTarget(target);
  const record = run && runs.get(run.runId);
  const file = record?.experimentFile ?? (await resolveTarget(fileTarget(target), "experiment", files))?.fsPath;
  if (file === undefined) return;
  const ofFile = runs.all.filter(({ experimentFile }) => experimentFile === file);
  const newer = record ?? ofFile[0];
  const older = newer && ofFile.find(({ startedAt }) => startedAt < newer.startedAt);
  if (!newer || !older)
    throw new UserError(l10n.t("This experiment has no earlier run to compare with. Run it again."));
  await compare([newer, older]);
}

/** On runs, or on a suite. */
async function openReport(
  { context, engine, reports, selection }: Room,
  clicked: Target,
  selected: readonly RunTarget[] | undefined,
): Promise<void> {
  const suite = fileTarget(clicked);
  const records = suite
    ? []
    : await selection.many(runTarget(clicked), selected, anyRun(l10n.t("Choose the runs to report on")));
  if (!suite && records.length === 0) return;
  const file = await inProgress(l10n.t("Writing the report"), async () =>
    suite
      ? writeSuiteReport(uriOf(suite), context.extensionUri)
      : (await engine.request("runs/report", { runIds: records.map(({ id }) => id) })).file,
  );
  await reports.show(file);
}

async function evaluate({ engine, runs, launcher, selection }: Room, target: RunTarget | undefined): Promise<void> {
  const record = await selection.one(target, { ...anyRun(l10n.t("Choose the run to evaluate")), fits: hasEnded });
  if (!record) return;
  const keys = await launcher.keysOf(record.experiment);
  const { rCum, tInt, sessions } = await offerTakeOver(async (takeOver) =>
    inProgress(l10n.t('Evaluating "{0}"', record.name), () =>
      engine.request("runs/evaluate", { runId: record.id, ...keys, ...(takeOver && { takeOver }) }),
    ),
  );
  await runs.refresh();
  const report = l10n.t("Open Report");
  const text = l10n.t(
    '"{0}": R_cum {1}, T_int {2} over {3} sessions.',
    record.name,
    formatScore(rCum),
    formatScore(tInt),
    sessions,
  );
  void offerActions(showInformationMessage(text, report), [
    { title: report, run: () => executeCommand("lerl.openReport", { runId: record.id }) },
  ]);
}

const anyRun = (placeHolder: string): Choice => ({ placeHolder, none: noRuns() });

const hasEnded = ({ state }: RunRecord): boolean => !isActive(state);

const pausable = (): Choice => ({
  fits: ({ state }) => state === "running" || state === "starting",
  placeHolder: l10n.t("Choose the runs to pause"),
  none: l10n.t("No run is under way."),
});

const resumable = (): Choice => ({
  fits: ({ state }) => state === "paused" || isResumable(state),
  placeHolder: l10n.t("Choose the runs to go on with"),
  none: l10n.t("There is no run to go on with: none is paused or was interrupted."),
});

const stoppable = (): Choice => ({
  fits: ({ state }) => isActive(state),
  placeHolder: l10n.t("Choose the runs to stop"),
  none: l10n.t("No run is under way."),
});

async function compare(records: readonly RunRecord[]): Promise<void> {
  const [first] = records;
  if (!first) return;
  const runIds = records.map(({ id }) => id);
  await executeCommand("lerl.openStudio", { runId: first.id }, { tab: "compare", runId: first.id, runIds });
}

type Target = RunTarget | FileTarget | undefined;

const runTarget = (target: Target): RunTarget | undefined => (target && "runId" in target ? target : undefined);

const fileTarget = (target: Target): FileTarget | undefined => (target && !("runId" in target) ? target : undefined);
