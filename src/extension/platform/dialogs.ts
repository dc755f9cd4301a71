/**
 * What is said and asked over the editor: notifications, questions, lists, lines to type, progress. All of it passes here, so that names,
 * reasons and paths in it are shown as they stand; icons of ours are an item's `iconPath`.
 */
import {
  type CancellationToken,
  type InputBoxOptions,
  type MessageOptions,
  type Progress,
  type ProgressOptions,
  type QuickPickItem,
  type QuickPickOptions,
  window,
} from "vscode";
import { plainText } from "./inert.ts";

type Said = "showInformationMessage" | "showWarningMessage" | "showErrorMessage";

/** What stands behind the message: its options, and titles of ours. */
const behind = (part: unknown): unknown => {
  const { detail } = (typeof part === "object" ? part : {}) as MessageOptions;
  return detail === undefined ? part : { ...(part as MessageOptions), detail: plainText(detail) };
};

const saying = <S extends Said>(name: S): (typeof window)[S] =>
  ((message: string, ...rest: unknown[]) =>
    window[name](plainText(message), ...(rest.map(behind) as string[]))) as (typeof window)[S];

export const showInformationMessage = saying("showInformationMessage");
export const showWarningMessage = saying("showWarningMessage");
export const showErrorMessage = saying("showErrorMessage");

/** Resolves with the item chosen, or undefined. */
export async function pickOne<T extends QuickPickItem>(
  items: readonly T[],
  options: QuickPickOptions,
): Promise<T | undefined> {
  const shown = items.map(inertItem);
  const chosen = await window.showQuickPick(shown, { ...options, canPickMany: false });
  return chosen && items[shown.indexOf(chosen)];
}

/** Resolves with the items chosen; none where it was left. */
export async function pickMany<T extends QuickPickItem>(
  items: readonly T[],
  options: QuickPickOptions,
): Promise<readonly T[]> {
  const shown = items.map(inertItem);
  const chosen = (await window.showQuickPick(shown, { ...options, canPickMany: true })) ?? [];
  return items.filter((_, i) => chosen.some((item) => item === shown[i]));
}

/** A line to type; what stands in the box already stays as it is. Resolves with undefined where it was left. */
export function askText({ prompt, validateInput, ...options }: InputBoxOptions): Thenable<string | undefined> {
  return window.showInputBox({
    ...options,
    ...(prompt !== undefined && { prompt: plainText(prompt) }),
    ...(validateInput && {
      validateInput: async (typed) => {
        const fault = await validateInput(typed);
        return typeof fault === "string" ? plainText(fault) : fault;
      },
    }),
  });
}

export function inertItem<T extends QuickPickItem>(item: T): T {
  const { label, description, detail } = item;
  return {
    ...item,
    label: plainText(label),
    ...(description !== undefined && { description: plainText(description) }),
    ...(detail !== undefined && { detail: plainText(detail) }),
  };
}

type Report = Progress<{ message?: string; increment?: number }>;

export const withProgress = <T>(
  { title = "", ...options }: ProgressOptions,
  task: (progress: Report, token: CancellationToken) => Thenable<T>,
): Thenable<T> =>
  window.withProgress({ ...options, title: plainText(title) }, (progress: Report, token) =>
    task({ report: (news) => progress.report(inertMessage(news)) }, token),
  );

const inertMessage = <T extends { message?: string }>(news: T): T =>
  news.message === undefined ? news : { ...news, message: plainText(news.message) };
