/** The commands that begin with a run. */
import { commands, type Disposable, l10n, type TreeView, Uri, window } from "vscode";
import { isActive, isResumable } from "../../protocol/run/states.ts";
import type { RunRecord } from "../../protocol/run.ts";
import { resolveBeside } from "../experiments/experimentPaths.ts";
import { writeSuiteReport } from "../experiments/suiteReport.ts";
import { resolveTarget, uriOf } from "../experiments/target.ts";
import { executeCommand, type FileTarget, type RunTarget, registerCommand } from "../platform/commands.ts";
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

export function registerRunCommands(services: RunsServices, tree: TreeView<RunsNode>): Disposable {
  const { context, log, engine, runs, launcher, files } = services;
  const owned = new DisposableStore();
  const reports = owned.add(new ReportPanels());
  const selection = new RunSelection(runs, tree);
  const any = (placeHolder: string): Choice => ({ placeHolder, none: noRuns() });

  const each =
    (choice: () => Choice, work: (record: RunRecord) => Promise<unknown>) =>
    async (clicked?: RunTarget, selected?: readonly RunTarget[]): Promise<void> => {
      // A single run that fits needs no question.
      const fitting = runs.all.filter(choice().fits ?? (() => true));
      const only = !clicked && fitting.length === 1 ? fitting : undefined;
      for (const record of only ?? (await selection.many(clicked, selected, choice()))) await work(record);
    };

  owned.addAll(
    registerCommand(
      log,
      "lerl.pause",
      each(pausable, ({ id }) => launcher.pause(id)),
    ),
    registerCommand(
      log,
      "lerl.resume",
      each(resumable, ({ id }) => launcher.resume(id)),
    ),
    registerCommand(
      log,
      "lerl.stop",
      each(stoppable, ({ id }) => launcher.stop(id)),
    ),

    registerCommand(log, "lerl.openRun", async (target) => {
      const record = await selection.one(target, any(l10n.t("Choose the run to open")));
      if (record) await executeCommand("lerl.openStudio", { runId: record.id }, { tab: "curves", runId: record.id });
    }),
    registerCommand(log, "lerl.compareRuns", async (clicked, selected) => {
      const records = await selection.many(clicked, selected, any(l10n.t("Choose the runs to compare")));
      if (records.length > 0) await compare(records);
    }),
    registerCommand(log, "lerl.compareWithLast", async (target) => {
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
    }),
    registerCommand(log, "lerl.openReport", async (clicked, selected) => {
      const suite = fileTarget(clicked);
      const records = suite
        ? []
        : await selection.many(runTarget(clicked), selected, any(l10n.t("Choose the runs to report on")));
      if (!suite && records.length === 0) return;
      const file = await inProgress(l10n.t("Writing the report"), async () =>
        suite
          ? writeSuiteReport(uriOf(suite), context.extensionUri)
          : (await engine.request("runs/report", { runIds: records.map(({ id }) => id) })).file,
      );
      await reports.show(file);
    }),
    registerCommand(log, "lerl.evaluate", async (target) => {
      const record = await selection.one(target, { ...any(l10n.t("Choose the run to evaluate")), fits: hasEnded });
      if (!record) return;
      const { rCum, tInt, sessions } = await inProgress(l10n.t('Evaluating "{0}"', record.name), () =>
        engine.request("runs/evaluate", { runId: record.id }),
      );
      await runs.refresh();
      const report = l10n.t("Open Report");
      const answer = window.showInformationMessage(
        l10n.t(
          '"{0}": R_cum {1}, T_int {2} over {3} sessions.',
          record.name,
          formatScore(rCum),
          formatScore(tInt),
          sessions,
        ),
        report,
      );
      void offerActions(answer, [
        { title: report, run: () => executeCommand("lerl.openReport", { runId: record.id }) },
      ]);
    }),

    registerCommand(log, "lerl.revealRunFolder", async (target) => {
      const record = await selection.one(target, any(l10n.t("Choose the run")));
      if (record) await revealRunFolder(record.id);
    }),
    registerCommand(log, "lerl.noteRun", async (target) => {
      const record = await selection.one(target, any(l10n.t("Choose the run")));
      const note = record && (await window.showInputBox({ prompt: l10n.t("Note on this run"), value: record.note }));
      if (record && note !== undefined) runs.adopt(await engine.request("runs/describe", { runId: record.id, note }));
    }),
    registerCommand(log, "lerl.renameRun", async (target) => {
      const record = await selection.one(target, any(l10n.t("Choose the run")));
      const name = record && (await window.showInputBox({ prompt: l10n.t("Name of this run"), value: record.name }));
      if (record && name?.trim()) {
        runs.adopt(await engine.request("runs/describe", { runId: record.id, name: name.trim() }));
      }
    }),
    registerCommand(log, "lerl.deleteRun", async (clicked, selected) => {
      const choice = {
        placeHolder: l10n.t("Choose the runs to delete"),
        none: l10n.t("Stop the run before you delete it."),
      };
      const records = await selection.many(clicked, selected, { ...choice, fits: hasEnded });
      for (const runId of await deleteRuns(records)) runs.forget(runId);
    }),

    registerCommand(log, "lerl.openPromptVersion", async (target) => {
      const record = target && runs.get(target.runId);
      const version = record?.prompts.find(({ role, hash }) => role === target?.role && hash === target.hash);
      if (!record || !version) return;
      const prompt = resolveBeside(Uri.file(record.experimentFile), version.file);
      await commands.executeCommand("vscode.open", versionUri(prompt, { runId: record.id, hash: version.hash }));
    }),
    registerCommand(log, "lerl.refreshRuns", () => runs.refresh()),
  );
  return owned;
}

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
