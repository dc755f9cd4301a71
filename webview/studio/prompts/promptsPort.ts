/** What the Prompts pane asks of the app. */
import type { HostActions, Notices, PageWriter } from "../ports.ts";
import type { PromptWorkbench } from "./promptWorkbench.ts";

export interface PromptsPort extends PageWriter, HostActions, Notices {
  readonly prompts: PromptWorkbench;
}
