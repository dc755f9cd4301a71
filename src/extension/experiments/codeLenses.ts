/** Lenses at the head of experiment and suite files: run it, open it, and what its last run reached. */
import {
  CodeLens,
  type CodeLensProvider,
  type Disposable,
  EventEmitter,
  l10n,
  languages,
  Range,
  type TextDocument,
} from "vscode";
import type { RunRecord } from "../../protocol/run.ts";
import type { RunStore } from "../engine/runStore.ts";
import { commandLink } from "../platform/commands.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { formatAge, formatScore } from "../platform/format.ts";
import { EXPERIMENT_FILES, fileKind } from "./experimentPaths.ts";

export function registerCodeLenses(runs: RunStore): Disposable {
  const owned = new DisposableStore();
  const lenses = owned.add(new ExperimentLenses(runs));
  // By name: the files are the editor's own JSON with comments, so that its JSON service knows them.
  owned.add(languages.registerCodeLensProvider({ pattern: EXPERIMENT_FILES }, lenses));
  return owned;
}

class ExperimentLenses implements CodeLensProvider, Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<void>());
  private shown = "";

  readonly onDidChangeCodeLenses = this.changed.event;

  constructor(private readonly runs: RunStore) {
    this.owned.add(runs.onDidChange(() => this.runsChanged()));
  }

  provideCodeLenses({ uri }: TextDocument): CodeLens[] {
    const top = new Range(0, 0, 0, 0);
    const lens = (link: ReturnType<typeof commandLink>): CodeLens => new CodeLens(top, link);
    const kind = fileKind(uri);
    if (kind === "suite") return [lens(commandLink("lerl.runSuite", l10n.t("$(run-all) Run suite"), uri))];
    if (kind !== "experiment") return [];
    const last = this.runs.all.find(({ experimentFile }) => experimentFile === uri.fsPath);
    return [
      lens(commandLink("lerl.run", l10n.t("$(play) Run"), uri)),
      lens(commandLink("lerl.openStudio", l10n.t("$(preview) Open Studio"), uri)),
      lens(commandLink("lerl.connectModel", l10n.t("$(plug) Connect a model"), uri)),
      ...(last ? [lens(commandLink("lerl.openRun", lastRun(last), { runId: last.id }))] : []),
    ];
  }

  dispose(): void {
    this.owned.dispose();
  }

  /** Lenses are drawn anew when one of their titles changes, not with every iteration. */
  private runsChanged(): void {
    const shown = this.runs.all.map(lastRun).join("\n");
    if (shown === this.shown) return;
    this.shown = shown;
    this.changed.fire();
  }
}

function lastRun({ state, summary, startedAt }: RunRecord): string {
  const age = formatAge(startedAt, new Date());
  if (state === "starting" || state === "running") return l10n.t("running, started {0}", age);
  return summary
    ? l10n.t("last run: R_cum {0}, {1}", formatScore(summary.rCum), age)
    : l10n.t("last run: {0}, {1}", state, age);
}
