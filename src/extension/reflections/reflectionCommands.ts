/** The commands of reflections: from rows, hovers, the pick list and the palette. */
import { type Disposable, env, l10n, type Uri, window } from "vscode";
import type { PoolAction } from "../../protocol/run.ts";
import { promptInUse } from "../experiments/promptUses.ts";
import { type CommandId, executeCommand, type ReflectionTarget, registerCommand } from "../platform/commands.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { UserError } from "../platform/errors.ts";
import { promptOf } from "../prompts/preview.ts";
import { type Order, orders } from "./arrangement.ts";
import type { ReflectionPools } from "./pools.ts";
import type { ReflectionDocuments } from "./reflectionDocuments.ts";
import { pickReflection } from "./reflectionPick.ts";
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

  /** From the palette or a key: the one selected in the view, else one of the current run that is picked first. */
  const chosen = async (args: readonly (ReflectionTarget | undefined)[]): Promise<ReflectionTarget | undefined> => {
    // VS Code passes nothing for a row that is being read anew, or that left the view while its menu was open.
    if (args.length > 0 && !args[0]) {
      throw new UserError(l10n.t("The pool was changing just now, and nothing was done. Try again."));
    }
    const target = args[0] ?? view.selected;
    if (target) return target;
    await runs.load();
    const run = runs.current;
    if (!run) throw new UserError(l10n.t("There is no run in this workspace yet."));
    return pickReflection(run, pools, l10n.t("Choose a reflection"));
  };

  /** Registers a command about one reflection. */
  const about = (command: AboutReflection, act: (target: ReflectionTarget) => unknown): void => {
    owned.add(
      registerCommand(log, command, async (...args: [target?: ReflectionTarget]) => {
        const target = await chosen(args);
        if (target) await act(target);
      }),
    );
  };

  const reflectionOf = async ({ runId, reflection }: ReflectionTarget) => {
    const found = await pools.find(runId, reflection);
    if (found) return found;
    throw new UserError(l10n.t("Reflection {0} is no longer in the pool.", reflection));
  };

  for (const [command, change] of Object.entries(changes)) {
    about(command as keyof typeof changes, ({ runId, reflection: id }) => pools.change({ runId, id, ...change }));
  }

  about("lerl.openReflection", (target) => documents.open(target));

  about("lerl.showReflectionSession", async (target) => {
    const { runId } = target;
    const { episode } = await reflectionOf(target);
    await executeCommand("lerl.openStudio", { runId }, { tab: "sessions", runId, episode });
  });

  about("lerl.editReflection", async (target) => {
    const { text: value } = await reflectionOf(target);
    const text = await window.showInputBox({
      prompt: l10n.t("Text of reflection {0}", target.reflection),
      value,
      validateInput: (typed) =>
        typed.trim() === "" ? l10n.t("A reflection cannot be empty; delete it instead.") : undefined,
    });
    if (text === undefined || text === value) return;
    await pools.change({ runId: target.runId, id: target.reflection, action: "edit", text });
  });

  about("lerl.deleteReflection", async (target) => {
    const { text } = await reflectionOf(target);
    const remove = l10n.t("Delete");
    const question = l10n.t("Delete reflection {0} from the pool? It cannot be brought back.", target.reflection);
    const answer = await window.showWarningMessage(question, { modal: true, detail: shorten(text, 300) }, remove);
    if (answer === remove) await pools.change({ runId: target.runId, id: target.reflection, action: "delete" });
  });

  about("lerl.copyReflection", async (target) => env.clipboard.writeText((await reflectionOf(target)).text));

  owned.addAll(
    registerCommand(log, "lerl.showReflections", async (prompt) => {
      const run = await runFor(services, prompt);
      if (!run) throw new UserError(l10n.t("No run has a reflection pool for this prompt yet."));
      const target = await pickReflection(run, pools, l10n.t("Likeliest to be shown next first; Enter opens one"));
      if (target) await documents.open(target);
    }),

    registerCommand(log, "lerl.groupReflectionsByScore", () => view.arrange({ grouping: "score" })),
    registerCommand(log, "lerl.groupReflectionsByPrompt", () => view.arrange({ grouping: "prompt" })),
    registerCommand(log, "lerl.groupReflectionsByEpisode", () => view.arrange({ grouping: "episode" })),
    registerCommand(log, "lerl.sortReflections", async () => {
      const order = await pickOrder(view.arranged.order);
      if (order) view.arrange({ order });
    }),
    registerCommand(log, "lerl.filterReflections", async () => {
      const filter = await window.showInputBox({
        prompt: l10n.t("Show reflections that hold all of these words"),
        value: view.arranged.filter,
      });
      if (filter !== undefined) view.arrange({ filter: filter.trim() });
    }),
    registerCommand(log, "lerl.clearReflectionFilter", () => view.arrange({ filter: "" })),
  );
  return owned;
}

/** The run whose pool a prompt would be shown; without a prompt, the current one. */
async function runFor(services: ReflectionsServices, prompt: Uri | undefined) {
  if (prompt) return (await promptInUse(services, promptOf(prompt))).run;
  await services.runs.load();
  return services.runs.current;
}

async function pickOrder(current: Order): Promise<Order | undefined> {
  const labels: Readonly<Record<Order, string>> = {
    score: l10n.t("Score"),
    probability: l10n.t("Probability"),
    timesSampled: l10n.t("Times sampled"),
    newest: l10n.t("Newest first"),
  };
  const items = orders.map((order) => ({
    label: labels[order],
    order,
    ...(order === current && { description: l10n.t("current") }),
  }));
  return (await window.showQuickPick(items, { placeHolder: l10n.t("Sort reflections by") }))?.order;
}
