/** The commands of reflections: from rows, hovers, the pick list and the palette. */
import { type Disposable, env, l10n, type Uri } from "vscode";
import type { PoolAction } from "../../protocol/run.ts";
import { promptInUse } from "../experiments/promptUses.ts";
import { type CommandId, executeCommand, type ReflectionTarget, registerCommand } from "../platform/commands.ts";
import { askText, showWarningMessage } from "../platform/dialogs.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { UserError } from "../platform/errors.ts";
import { promptOf } from "../prompts/preview.ts";
import { registerArrangementCommands } from "./arrangementCommands.ts";
import type { ReflectionPools } from "./pools.ts";
import { saveRatingSheet } from "./ratingSheet.ts";
import type { ReflectionDocuments } from "./reflectionDocuments.ts";
import { chosenReflection, pickReflection } from "./reflectionPick.ts";
import type { ReflectionsView } from "./reflectionsView.ts";
import type { ReflectionsServices } from "./services.ts";
import { shorten } from "./wording.ts";

/** Commands that are one change of the pool. */
const changes = {
  "lerl.pinReflection": { action: "pin" },
  "lerl.unpinReflection": { action: "unpin" },
  "lerl.muteReflection": { action: "mute" },
  "lerl.unmuteReflection": { action: "unmute" },
  "lerl.rateReflectionUp": { action: "rate", rating: 1 },
  "lerl.rateReflectionDown": { action: "rate", rating: -1 },
  "lerl.clearReflectionRating": { action: "rate", rating: 0 },
} as const satisfies Partial<Record<CommandId, { readonly action: PoolAction; readonly rating?: number }>>;

type AboutReflection =
  | keyof typeof changes
  | "lerl.openReflection"
  | "lerl.showReflectionSession"
  | "lerl.editReflection"
  | "lerl.deleteReflection"
  | "lerl.copyReflection";

export function registerReflectionCommands(
  services: ReflectionsServices,
  pools: ReflectionPools,
  documents: ReflectionDocuments,
  view: ReflectionsView,
): Disposable {
  const { log, runs } = services;
  const owned = new DisposableStore();

  /** Registers a command about one reflection. */
  const about = (command: AboutReflection, act: (target: ReflectionTarget) => unknown): void => {
    owned.add(
      registerCommand(log, command, async (...args: [target?: ReflectionTarget]) => {
        const target = await chosenReflection(runs, pools, view.selected, args);
        if (target) await act(target);
      }),
    );
  };

  for (const [command, change] of Object.entries(changes)) {
    about(command as keyof typeof changes, ({ runId, reflection: id }) => pools.change({ runId, id, ...change }));
  }

  about("lerl.openReflection", (target) => documents.open(target));

  about("lerl.showReflectionSession", async (target) => {
    const { runId } = target;
    const { episode } = await reflectionOf(pools, target);
    await executeCommand("lerl.openStudio", { runId }, { tab: "sessions", runId, episode });
  });

  about("lerl.editReflection", (target) => editReflection(pools, target));
  about("lerl.deleteReflection", (target) => deleteReflection(pools, target));
  about("lerl.copyReflection", async (target) => env.clipboard.writeText((await reflectionOf(pools, target)).text));

  owned.addAll(
    registerCommand(log, "lerl.showReflections", async (prompt) => {
      const run = await runFor(services, prompt);
      if (!run) throw new UserError(l10n.t("No run has a reflection pool for this prompt yet."));
      const target = await pickReflection(run, pools, l10n.t("Likeliest to be shown next first; Enter opens one"));
      if (target) await documents.open(target);
    }),
    registerCommand(log, "lerl.saveRatingSheet", async () => {
      const run = await runFor(services, undefined);
      if (!run) throw new UserError(l10n.t("No run has a reflection pool yet."));
      await saveRatingSheet(services, run);
    }),
    registerArrangementCommands(log, view),
  );
  return owned;
}

/** The run whose pool a prompt would be shown; without a prompt, the current one. */
async function runFor(services: ReflectionsServices, prompt: Uri | undefined) {
  if (prompt) return (await promptInUse(services, promptOf(prompt))).run;
  await services.runs.load();
  return services.runs.current;
}

async function reflectionOf(pools: ReflectionPools, { runId, reflection }: ReflectionTarget) {
  const found = await pools.find(runId, reflection);
  if (found) return found;
  throw new UserError(l10n.t("Reflection {0} is no longer in the pool.", reflection));
}

async function editReflection(pools: ReflectionPools, target: ReflectionTarget): Promise<void> {
  const { text: value } = await reflectionOf(pools, target);
  const text = await askText({
    prompt: l10n.t("Text of reflection {0}", target.reflection),
    value,
    validateInput: (typed) =>
      typed.trim() === "" ? l10n.t("A reflection cannot be empty; delete it instead.") : undefined,
  });
  if (text === undefined || text === value) return;
  await pools.change({ runId: target.runId, id: target.reflection, action: "edit", text });
}

async function deleteReflection(pools: ReflectionPools, target: ReflectionTarget): Promise<void> {
  const { text } = await reflectionOf(pools, target);
  const remove = l10n.t("Delete");
  const question = l10n.t("Delete reflection {0} from the pool? It cannot be brought back.", target.reflection);
  const answer = await showWarningMessage(question, { modal: true, detail: shorten(text, 300) }, remove);
  if (answer === remove) await pools.change({ runId: target.runId, id: target.reflection, action: "delete" });
}
