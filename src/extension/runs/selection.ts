/** Which runs a command means: the rows it was given, those selected in the tree, or the ones the user picks. */
import { l10n, type TreeView } from "vscode";
import type { UnreadableRun } from "../../protocol/engine.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import type { RunStore } from "../engine/runStore.ts";
import type { RunTarget } from "../platform/commands.ts";
import { pickMany, pickOne } from "../platform/dialogs.ts";
import { UserError } from "../platform/errors.ts";
import { stateIcon } from "../platform/states.ts";
import { runNumbers } from "./runRow.ts";
import type { RunsNode } from "./runsTree.ts";

export interface Choice {
  /** Which runs the command can be used on. */
  readonly fits?: (record: RunRecord) => boolean;
  readonly placeHolder: string;
  /** Said when no run fits. */
  readonly none: string;
}

export class RunSelection {
  constructor(
    private readonly runs: RunStore,
    private readonly tree: Pick<TreeView<RunsNode>, "selection">,
  ) {}

  /** @returns no run when the user picked none */
  async one(target: RunTarget | undefined, choice: Choice): Promise<RunRecord | undefined> {
    const [first] = await this.some(target, undefined, choice, false);
    return first;
  }

  /** @throws UserError when no run fits */
  async many(clicked: RunTarget | undefined, selected: readonly RunTarget[] | undefined, choice: Choice) {
    return this.some(clicked, selected, choice, true);
  }

  /** A row whose record cannot be read. */
  unreadable(clicked: RunTarget | undefined): UnreadableRun | undefined {
    return this.runs.unreadable.find(({ id }) => id === clicked?.runId);
  }

  /** As `many`, with the folders whose record cannot be read under their own names. */
  async folders(clicked: RunTarget | undefined, selected: readonly RunTarget[] | undefined, choice: Choice) {
    await this.runs.load();
    const ids = this.idsMeant(clicked, selected);
    const broken = this.runs.unreadable.filter(({ id }) => ids.includes(id)).map(({ id }) => ({ id, name: id }));
    if (broken.length > 0 && broken.length === ids.length) return broken;
    return [...broken, ...(await this.some(clicked, selected, choice, true))];
  }

  private idsMeant(clicked: RunTarget | undefined, selected: readonly RunTarget[] | undefined): readonly RunId[] {
    const meant = selected && selected.length > 0 ? selected : clicked ? [clicked] : this.tree.selection;
    return [...new Set(meant.map(({ runId }) => runId))];
  }

  private async some(
    clicked: RunTarget | undefined,
    selected: readonly RunTarget[] | undefined,
    choice: Choice,
    many: boolean,
  ): Promise<readonly RunRecord[]> {
    await this.runs.load();
    const fits = choice.fits ?? (() => true);
    const ids = this.idsMeant(clicked, selected);
    const records = ids.flatMap((id) => this.runs.get(id) ?? []).filter(fits);
    if (records.length > 0) return many ? records : records.slice(0, 1);
    if (clicked) throw new UserError(choice.none);
    return this.pick(fits, choice, many);
  }

  private async pick(
    fits: (record: RunRecord) => boolean,
    { placeHolder, none }: Choice,
    many: boolean,
  ): Promise<readonly RunRecord[]> {
    const items = this.runs.all.filter(fits).map((record) => ({
      label: record.name,
      description: runNumbers(record, this.runs.progress(record.id)),
      detail: record.note,
      iconPath: stateIcon(record.state),
      record,
    }));
    if (items.length === 0) throw new UserError(none);
    if (items.length === 1 && !many) return items.map(({ record }) => record);
    if (!many) {
      const chosen = await pickOne(items, { placeHolder });
      return chosen ? [chosen.record] : [];
    }
    return (await pickMany(items, { placeHolder })).map(({ record }) => record);
  }
}

export const noRuns = (): string => l10n.t("There is no run in this workspace yet.");
