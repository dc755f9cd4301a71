/** Errors as the user meets them: one message, the actions that mend it, and the whole story in the log. */
import { CancellationError, commands, env, type LogOutputChannel, l10n } from "vscode";
import { showErrorMessage } from "./dialogs.ts";

export interface ErrorAction {
  readonly title: string;
  readonly run: () => unknown;
}

/** An error with a message for a person, and what they can do about it. */
export class UserError extends Error {
  override readonly name = "UserError";

  constructor(
    message: string,
    readonly actions: readonly ErrorAction[] = [],
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Refused because the workspace is not trusted: it may be read, nothing of it may run. */
export class UntrustedError extends UserError {
  constructor() {
    super(l10n.t("This workspace is not trusted: experiments can be read but not run. Trust it to run them."), [
      {
        title: l10n.t("Manage Workspace Trust"),
        run: () => commands.executeCommand("workbench.trust.manage"),
      },
    ]);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Shows an error with its actions and logs it; a cancelled operation is no error. */
export async function showError(
  log: LogOutputChannel,
  error: unknown,
  actions: readonly ErrorAction[] = error instanceof UserError ? error.actions : [],
): Promise<void> {
  if (error instanceof CancellationError) return;
  log.error(error instanceof UserError ? error.message : detail(error));
  const offered: readonly ErrorAction[] =
    error instanceof UserError ? actions : [...actions, { title: l10n.t("Show Log"), run: () => log.show() }];
  const { shown, rest } = firstLines(messageOf(error));
  const copy: ErrorAction[] = rest
    ? [{ title: l10n.t("Copy Whole Message"), run: () => env.clipboard.writeText(messageOf(error)) }]
    : [];
  await offerActions(showErrorMessage(shown, ...titles([...offered, ...copy])), [...offered, ...copy]);
}

/** Runs the action whose title was chosen. */
export async function offerActions(
  choice: Thenable<string | undefined>,
  actions: readonly ErrorAction[],
): Promise<void> {
  const chosen = await choice;
  await actions.find(({ title }) => title === chosen)?.run();
}

export const titles = (actions: readonly ErrorAction[]): string[] => actions.map(({ title }) => title);

/** Notifications show few lines: long lists of problems are cut and can be copied. */
function firstLines(message: string): { shown: string; rest: boolean } {
  const lines = message.split("\n");
  if (lines.length <= 3) return { shown: message, rest: false };
  return { shown: l10n.t("{0} (and {1} more)", lines.slice(0, 3).join("\n"), lines.length - 3), rest: true };
}

function detail(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\nCaused by ${detail(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
