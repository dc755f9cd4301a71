/** The Experiments room: the tree, the lenses, and the commands on its files. */
import { commands, type Disposable } from "vscode";
import { registerCommand } from "../platform/commands.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { readText } from "../platform/documents.ts";
import { registerCodeLenses } from "./codeLenses.ts";
import { DataPages } from "./dataPages.ts";
import { registerExperimentsTree } from "./experimentsTree.ts";
import { newExperiment } from "./newExperiment.ts";
import type { ExperimentsServices } from "./services.ts";
import { runSuite } from "./suiteTask.ts";
import { activeFile, resolveTarget, uriOf } from "./target.ts";

export function registerExperiments({ context, log, engine, runs, trials, files }: ExperimentsServices): Disposable {
  const owned = new DisposableStore();
  const pages = owned.add(new DataPages(engine));
  owned.addAll(
    registerExperimentsTree({ files, runs, trials, log }),
    registerCodeLenses(runs),
    registerCommand(log, "lerl.runSuite", async (target) => {
      const uri = await resolveTarget(target, "suite", files);
      if (uri) await runSuite(uri, context.extensionUri, engine);
    }),
    registerCommand(log, "lerl.newExperiment", () =>
      newExperiment({ extensionUri: context.extensionUri, engine, log, pages }),
    ),
    registerCommand(log, "lerl.describeData", async (target) => {
      const uri = await resolveTarget(target, "experiment", files);
      if (uri) await pages.show(uri, await readText(uri));
    }),
    registerCommand(log, "lerl.openAsText", async (target) => {
      const uri = target ? uriOf(target) : activeFile();
      if (uri) await commands.executeCommand("vscode.openWith", uri, "default");
    }),
    registerCommand(log, "lerl.refreshExperiments", () => {
      files.refresh();
      return trials.refresh();
    }),
  );
  return owned;
}
