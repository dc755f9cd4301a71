/** Work that takes a while, as the user sees it. */
import { ProgressLocation, window } from "vscode";

export const inProgress = <T>(title: string, work: () => Promise<T>): Thenable<T> =>
  window.withProgress({ location: ProgressLocation.Notification, title }, work);
