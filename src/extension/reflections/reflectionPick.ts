/**
 * The reflection a command is about, and the pool as a list to pick it from: the likeliest first, with Pin and Mute at
 * every entry.
 */
import { l10n, type QuickInputButton, type QuickPickItem, ThemeIcon, window } from "vscode";
import type { PooledReflection } from "../../protocol/engine.ts";
import type { RunRecord } from "../../protocol/run.ts";
import type { RunStore } from "../engine/runStore.ts";
import { executeCommand, type ReflectionTarget } from "../platform/commands.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { UserError } from "../platform/errors.ts";
import { plainText } from "../platform/inert.ts";
import { sorted } from "./arrangement.ts";
import type { ReflectionPools } from "./pools.ts";
import { summarise } from "./wording.ts";

interface ReflectionEntry extends QuickPickItem {
  readonly target: ReflectionTarget;
  readonly buttons: readonly ActionButton[];
}

interface ActionButton extends QuickInputButton {
  readonly command:
    | "lerl.pinReflection"
    | "lerl.unpinReflection"
    | "lerl.muteReflection"
    | "lerl.unmuteReflection"
    | "lerl.showReflectionSession";
}

/** From the palette or a key: the one selected in the view, else one of the current run that is picked first. */
export async function chosenReflection(
  runs: RunStore,
  pools: ReflectionPools,
  selected: ReflectionTarget | undefined,
  args: readonly (ReflectionTarget | undefined)[],
): Promise<ReflectionTarget | undefined> {
  // VS Code passes nothing for a row that is being read anew, or that left the view while its menu was open.
  if (args.length > 0 && !args[0]) {
    throw new UserError(l10n.t("The pool was changing just now, and nothing was done. Try again."));
  }
  const target = args[0] ?? selected;
  if (target) return target;
  await runs.load();
  const run = runs.current;
  if (!run) throw new UserError(l10n.t("There is no run in this workspace yet."));
  return pickReflection(run, pools, l10n.t("Choose a reflection"));
}

/** Resolves with the reflection picked, or undefined. */
export async function pickReflection(
  run: RunRecord,
  pools: ReflectionPools,
  placeholder: string,
): Promise<ReflectionTarget | undefined> {
  const owned = new DisposableStore();
  const pick = owned.add(window.createQuickPick<ReflectionEntry>());
  pick.title = l10n.t("Reflection Pool of {0}", plainText(run.name));
  pick.placeholder = placeholder;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.keepScrollPosition = true;
  const show = async (): Promise<void> => {
    const [active] = pick.activeItems;
    const items = sorted(await pools.of(run.id), "probability").map((reflection) => entryOf(run, reflection));
    pick.items = items;
    const same = items.find(({ target }) => target.reflection === active?.target.reflection);
    if (same) pick.activeItems = [same];
  };
  try {
    await show();
    owned.add(pools.onDidChange((runId) => void (runId === run.id && show())));
    owned.add(
      pick.onDidTriggerItemButton(({ item, button }) => executeCommand((button as ActionButton).command, item.target)),
    );
    return await new Promise<ReflectionTarget | undefined>((resolve) => {
      owned.add(pick.onDidAccept(() => resolve(pick.selectedItems[0]?.target)));
      owned.add(pick.onDidHide(() => resolve(undefined)));
      pick.show();
    });
  } finally {
    owned.dispose();
  }
}

function entryOf({ id: runId }: RunRecord, reflection: PooledReflection): ReflectionEntry {
  const { id, text, pinned, muted } = reflection;
  return {
    label: plainText(text),
    detail: summarise(reflection),
    alwaysShow: false,
    target: { runId, reflection: id },
    iconPath: new ThemeIcon(muted ? "mute" : pinned ? "pinned" : "lightbulb"),
    buttons: [
      pinned
        ? button("lerl.unpinReflection", "pinned", l10n.t("Unpin"))
        : button("lerl.pinReflection", "pin", l10n.t("Pin")),
      muted
        ? button("lerl.unmuteReflection", "unmute", l10n.t("Unmute"))
        : button("lerl.muteReflection", "mute", l10n.t("Mute")),
      button("lerl.showReflectionSession", "preview", l10n.t("Show Session")),
    ],
  };
}

const button = (command: ActionButton["command"], icon: string, tooltip: string): ActionButton => ({
  command,
  iconPath: new ThemeIcon(icon),
  tooltip,
});
