/** Work that takes a while, as the user sees it. */
import { ProgressLocation } from "vscode";
import { withProgress } from "./dialogs.ts";

export const inProgress = <T>(title: string, work: () => Promise<T>): Thenable<T> =>
  withProgress({ location: ProgressLocation.Notification, title }, work);
